import { assertEquals } from "@std/assert";
import { OPENSSL_FOLDERS, openSslFolder } from "../../lib/association/tls/openssl_folder.ts";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";

/** Outside of the test: a library that was opened stays open. */
const isLoaded = openOpenSsl() !== undefined;

Deno.test("OpenSSL is found where the executable may load it, and by looking as by loading", async () => {
  const { permissions } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  for (const folder of OPENSSL_FOLDERS) {
    for (const name of ["libssl.so.3", "libcrypto.so.3"]) {
      assertEquals(permissions.storescu.ffi.includes(`${folder}/${name}`), true, folder);
    }
  }
  assertEquals(openSslFolder() !== undefined, isLoaded);
});
