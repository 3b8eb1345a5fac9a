/** The real peers that the tests talk to: which are there, and how a Debian machine gets the others. */

import { runCommand, say } from "./run_command.ts";

interface Peer {
  /** What must be there for it to count as installed. */
  readonly name: string;
  readonly debianPackage: string;
  isThere(): Promise<boolean>;
}

const commandOf = (name: string, program: string, debianPackage: string): Peer => ({
  name,
  debianPackage,
  isThere: async () => (await runCommand("sh", ["-c", `command -v ${program}`], { cwd: "." })).code === 0,
});

const PEERS: readonly Peer[] = [
  commandOf("DCMTK", "storescp", "dcmtk"),
  commandOf("Orthanc", "Orthanc", "orthanc"),
  commandOf("OpenSSL", "openssl", "openssl"),
  commandOf("tmux", "tmux", "tmux"),
  {
    name: "pydicom's test files",
    debianPackage: "python3-pydicom",
    isThere: () =>
      Deno.stat("/usr/lib/python3/dist-packages/pydicom/data/test_files").then(() => true, () => false),
  },
];

/** Installs what is missing where that is possible; answers the names of what is still missing. */
export async function providePeers(): Promise<string[]> {
  const missing = await missingPeers();
  if (missing.length === 0 || !await canInstall()) return missing.map(({ name }) => name);
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))];
  say(`installing ${packages.join(", ")}`);
  const failed = await installEach(packages);
  if (failed.length > 0) {
    await runCommand("apt-get", ["update", "-qq"], { cwd: "/", timeoutSeconds: 120 });
    await installEach(failed);
  }
  if (packages.includes("orthanc")) {
    // The package starts a server of its own, on the ports of a real one.
    await runCommand("sh", ["-c", "service orthanc stop || systemctl stop orthanc"], {
      cwd: "/",
      timeoutSeconds: 30,
    });
  }
  return (await missingPeers()).map(({ name }) => name);
}

async function missingPeers(): Promise<Peer[]> {
  const there = await Promise.all(PEERS.map((peer) => peer.isThere()));
  return PEERS.filter((_, index) => !there[index]);
}

async function canInstall(): Promise<boolean> {
  return Deno.build.os === "linux" && Deno.uid() === 0 && await commandOf("apt", "apt-get", "apt").isThere();
}

/** One by one, so that a package this Debian does not have keeps none of the others away; answers which failed. */
async function installEach(packages: readonly string[]): Promise<string[]> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const failed: string[] = [];
  for (const name of packages) {
    const args = ["install", "--yes", "--quiet", "--no-install-recommends", name];
    if ((await runCommand("apt-get", args, { cwd: "/", env, timeoutSeconds: 300 })).code !== 0) {
      failed.push(name);
    }
  }
  return failed;
}
