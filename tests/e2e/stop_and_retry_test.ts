/** Signals, retries and lost associations: nothing lost, nothing doubled, and counts that add up. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeStudy, startCountingPeer } from "../peers/counting_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { freePort } from "../peers/started_process.ts";
import { waitFor } from "../peers/wait_for.ts";

/** "30 files: 11 stored, 19 not sent; ..." must add up to its first number. */
function assertAddsUp(stderr: string, files: number): void {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  const [, total, outcomes = ""] = /^I: (\d+) files?: (.*)$/.exec(last) ?? [];
  const sum = outcomes.split(", ").reduce((sum, part) => sum + parseInt(part), 0);
  assertEquals([Number(total), sum], [files, files], stderr);
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`${signal} ends the object that is under way, releases, and exits with ${code}`, async () => {
    await using study = await makeStudy(40);
    await using peer = startCountingPeer({ responseDelayMs: 50 });
    const run = await runStorescu(["-v", "+sd", "127.0.0.1", String(peer.port), study.files], {
      onStart: (pid) =>
        waitFor("five instances", () => peer.arrivals.size >= 5).then(() => Deno.kill(pid, signal)),
    });
    assertEquals(run.code, code, run.stderr);
    assertStringIncludes(run.stderr, "I: Releasing Association");
    assertAddsUp(run.stderr, 40);
    const stored = Number(/(\d+) stored/.exec(run.stderr)?.[1]);
    assertEquals(stored, peer.arrivals.size, "what is said to be stored has arrived, and nothing else");
  });
}

Deno.test("a second signal aborts at once", async () => {
  await using study = await makeStudy(10);
  await using peer = startCountingPeer({ responseDelayMs: 600_000 });
  let stopping: Promise<void> | undefined;
  const run = await runStorescu(["-v", "+sd", "127.0.0.1", String(peer.port), study.files], {
    onStart: (pid, stderr) => {
      stopping = waitFor("an instance", () => peer.arrivals.size > 0)
        .then(() => Deno.kill(pid, "SIGTERM"))
        .then(() => waitFor("word of the signal", () => stderr().includes("once more to abort")))
        .then(() => Deno.kill(pid, "SIGTERM"));
    },
  });
  await stopping;
  assertEquals(run.code, 143, run.stderr);
  // The first signal alone would wait some time for the answer, and then blame the peer.
  assertMatch(run.stderr, /^E: stopped by the operator$/m);
  assertAddsUp(run.stderr, 10);
});

Deno.test("a peer that comes up late is reached with --retry", async () => {
  await using study = await makeStudy(3);
  const port = freePort();
  const tried = Promise.withResolvers<boolean>();
  const running = runStorescu(
    ["-v", "--retry", "20", "--retry-delay", "1", "+sd", "127.0.0.1", String(port), study.files],
    {
      onStart: (_pid, stderr) =>
        tried.resolve(waitFor("a first try", () => stderr().includes("trying again"))),
    },
  );
  await tried.promise;
  await using peer = startCountingPeer({ port });
  const run = await running;
  assertEquals(run.code, 0, run.stderr);
  assertMatch(run.stderr, /Connection refused.*trying again in/);
  assertEquals([peer.arrivals.size, peer.doubles()], [3, 0]);
});

Deno.test("without --retry a refused port ends the run with 1, and every file counts as not sent", async () => {
  await using study = await makeStudy(3);
  const run = await runStorescu(["-v", "+sd", "127.0.0.1", String(freePort()), study.files]);
  assertEquals(run.code, 1);
  assertAddsUp(run.stderr, 3);
});

for (const jobs of ["1", "4"]) {
  Deno.test(`associations that break are made anew with --retry and go on where they were, --jobs ${jobs}`, async () => {
    const files = 60;
    await using study = await makeStudy(files);
    await using peer = startCountingPeer({
      responseDelayMs: 2,
      before: (arrived) => {
        if (arrived % 7 === 0) throw new Error("this instance is lost with its association");
      },
    });
    const options = ["--jobs", jobs, "--retry", "9", "--retry-delay", "0"];
    const run = await runStorescu(["-v", ...options, "+sd", "127.0.0.1", String(peer.port), study.files]);
    assertEquals(run.code, 0, run.stderr);
    assertEquals(peer.missing(files), []);
    assertAddsUp(run.stderr, files);
    assertMatch(run.stderr, new RegExp(`^I: ${files} files: ${files} stored$`, "m"));
  });
}

Deno.test("without --retry the loss of an association ends the run with 10", async () => {
  await using study = await makeStudy(10);
  await using peer = startCountingPeer({
    before: (arrived) => {
      if (arrived === 4) throw new Error("lost");
    },
  });
  const run = await runStorescu(["-v", "+sd", "127.0.0.1", String(peer.port), study.files]);
  assertEquals(run.code, 10, run.stderr);
  assertMatch(run.stderr, /^E: 6 files were not tried$/m);
  assertAddsUp(run.stderr, 10);
});

Deno.test("with --no-halt the next file goes over a new association, and the exit code still tells", async () => {
  await using study = await makeStudy(10);
  await using peer = startCountingPeer({
    before: (arrived) => {
      if (arrived === 4) throw new Error("lost");
    },
  });
  const run = await runStorescu(["-v", "-nh", "+sd", "127.0.0.1", String(peer.port), study.files]);
  assertEquals(run.code, 10, run.stderr);
  assertEquals(peer.arrivals.size, 9);
  assertMatch(run.stderr, /^I: 10 files: 9 stored, 1 not sent$/m);
});
