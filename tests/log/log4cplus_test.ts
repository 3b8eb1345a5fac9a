import { assertEquals } from "@std/assert";
import { asFault } from "../../lib/errors.ts";
import { loadLogConfig } from "../../lib/log/load_log_config.ts";
import { LOGGER } from "../../lib/log/log.ts";
import { readWholeFile } from "../../lib/source/whole_file.ts";
import { runLog as run } from "./run_log.ts";

const CONSOLE = "log4cplus.appender.c = log4cplus::ConsoleAppender\n";

Deno.test("a file that sets nothing up is refused in DCMTK's words", async () => {
  const cases: readonly (readonly [text: string, message: string])[] = [
    ["", "does not contain any settings"],
    ["# log4cplus.rootLogger = INFO\nnothing here", "does not contain any settings"],
    ["other = value", "does not contain any valid settings"],
    [CONSOLE, "does not set up log4cplus.rootLogger"],
  ];
  for (const [text, message] of cases) {
    const fault = asFault(await run(text).catch((caught) => caught));
    assertEquals([fault.kind, fault.message], ["usage", `Specified --log-config file ${message}`]);
    assertEquals(fault.remedy, "see log.cfg");
  }
  for (const path of ["/nonexistent/log.cfg", "/"]) {
    const fault = asFault(await loadLogConfig(path, readWholeFile).catch((caught) => caught));
    assertEquals([fault.kind, fault.message], ["usage", "Specified --log-config file does not exist"]);
  }
});

Deno.test("a root logger without a valid level logs warnings, and says so once", async () => {
  for (const level of ["FOO", "", "INHERITED", "constructor"]) {
    const { out, err } = await run(`log4cplus.rootLogger = ${level}, c\n${CONSOLE}`);
    assertEquals(out, "FATAL - a fatal\nERROR - a error\nWARN - a warn\n", level);
    assertEquals(err, `log4cplus:ERROR unknown log level of rootLogger: ${level || "none"}\n`, level);
  }
});

Deno.test("keys, class names and names of appenders do not depend on case", async () => {
  const config = [
    "log4cplus.rootLogger = INFO, Con",
    "log4cplus.appender.Con = log4cplus::ConsoleAppender",
    "log4cplus.appender.Con.logToStdErr = TRUE",
    "log4cplus.appender.Con.Threshold = Error",
    "log4cplus.appender.Con.layout = log4cplus::PatternLayout",
    "log4cplus.appender.Con.layout.ConversionPattern = %P%n",
    "log4cplus.appender.Con.filters.1 = log4cplus::spi::LogLevelMatchFilter",
    "log4cplus.appender.Con.filters.1.LogLevelToMatch = fatal",
  ].join("\n");
  const lowerKeys = config.replaceAll(/^.*?=/gm, (key) => key.toLowerCase());
  const upperKeys = config.replaceAll(/^.*?=/gm, (key) => key.toUpperCase());
  const lowerValues = config.replaceAll(/log4cplus::\S+/g, (name) => name.toLowerCase());
  for (const spelled of [config, lowerKeys, upperKeys, lowerValues]) {
    assertEquals((await run(spelled)).err, "E\n", spelled);
  }
});

Deno.test("each logger has the level of the nearest one that has one", async () => {
  const config = `log4cplus.rootLogger = ERROR, c\nlog4cplus.logger.dcmtk.apps.storescu = INHERIT\n` +
    "log4cplus.logger.dcmtk.apps.storescu.progress = INFO\nlog4cplus.logger.dcmtk.dcmnet = Trace\n" +
    `log4cplus.logger.dcmtk.dcmdata = nonsense\nlog4cplus.logger.other.__proto__.x = DEBUG\n${CONSOLE}`;
  const { backend, err } = await run(config, () => {});
  assertEquals(
    [LOGGER.app, LOGGER.progress, LOGGER.net, LOGGER.data, "dcmtk.dcmnet.deeper", "dcmtk", ""].map((name) =>
      backend.threshold(name)
    ),
    ["error", "info", "trace", "error", "trace", "error", "error"],
  );
  assertEquals(err, "log4cplus:ERROR unknown log level of dcmtk.dcmdata: nonsense\n");
});

Deno.test("a text is written as it is, and nothing below the level is made", async () => {
  let made = 0;
  const { out } = await run(`log4cplus.rootLogger = INFO, c\n${CONSOLE}`, (log) => {
    log.info("{name} %s %m ${x} {{");
    log.debug(() => `never ${made++}`);
  });
  assertEquals([out, made], ["INFO - {name} %s %m ${x} {{\n", 0]);
});

Deno.test("variables come from the file, the run or the environment; unknown and endless ones are told and stay", async () => {
  const pattern = (text: string) =>
    `log4cplus.rootLogger = FATAL, c\n${CONSOLE}log4cplus.appender.c.layout = log4cplus::PatternLayout\n` +
    `log4cplus.appender.c.layout.ConversionPattern = ${text}|%m%n\n`;
  const cases: readonly (readonly [value: string, expected: string, complaint: string])[] = [
    ["${appname}-${hostname}-${pid}", "storescu-host-4711", ""],
    ["${date}-${time}", "20260102-030405", ""],
    ["${HOME}/${APPNAME}", "/home/us/storescu", ""],
    ["${mine}${Mine}", "xx", ""],
    ["${outer}", "<x>", ""],
    ["${log4cplus.rootLogger}", "FATAL, c", ""],
    ["${nobody}", "${nobody}", "WARN ${nobody} is neither a property nor an environment variable"],
    ["${loop}", "${loop}", 'ERROR "${loop}|%m%n" refers to itself'],
    ["${grow}", "${grow}", 'ERROR "${grow}|%m%n" refers to itself'],
    ["a${b", "a${b", 'ERROR "a${b|%m%n" has no closing brace. Opening brace at position 1.'],
  ];
  for (const [value, expected, complaint] of cases) {
    const { out, err } = await run(
      `mine = x\nouter = <\${mine}>\nloop = \${loop}\ngrow = y\${grow}\n${pattern(value)}`,
    );
    assertEquals(out, `${expected}|a fatal\n`, value);
    assertEquals(err, complaint === "" ? "" : `log4cplus:${complaint}\n`, value);
  }
});

Deno.test("quietMode silences the complaints", async () => {
  const { err } = await run("log4cplus.quietMode = true\nlog4cplus.rootLogger = INFO, nobody\n");
  assertEquals(err, "");
});

Deno.test("a closed backend takes no more events, and may be closed again", async () => {
  const { backend, out } = await run(`log4cplus.rootLogger = INFO, c\n${CONSOLE}`, () => {});
  backend.emit({ level: "fatal", logger: LOGGER.app, text: "late" });
  await backend.close();
  assertEquals(out, "");
});

Deno.test("a file that cannot be opened is one complaint; the other appenders go on, and it is tried again", async () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/later/out.log`;
  const config =
    `log4cplus.rootLogger = INFO, f, c\n${CONSOLE}log4cplus.appender.f = log4cplus::FileAppender\n` +
    `log4cplus.appender.f.File = ${path}\nlog4cplus.appender.f.ReopenDelay = 0\n`;
  const { out, err } = await run(config, (log) => {
    log.info("one");
    log.info("two");
    Deno.mkdirSync(`${folder}/later`);
    log.info("three");
    assertEquals(Deno.readTextFileSync(path), "INFO - three\n");
  });
  assertEquals(out, "INFO - one\nINFO - two\nINFO - three\n");
  assertEquals(err.match(/^log4cplus:ERROR Unable to open file: .*later\/out\.log: .*\n$/)?.length, 1, err);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test({
  name: "a full disk is one complaint and stops nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (const appender of ["File", "RollingFile", "DailyRollingFile"]) {
      const { out, err } = await run(
        `log4cplus.rootLogger = INFO, f, c\n${CONSOLE}log4cplus.appender.f = log4cplus::${appender}Appender\n` +
          "log4cplus.appender.f.File = /dev/full\nlog4cplus.appender.f.ReopenDelay = 0\n",
        (log) => {
          for (let i = 0; i < 3; i++) log.info("more");
        },
      );
      assertEquals(out, "INFO - more\n".repeat(3));
      assertEquals(
        err,
        "log4cplus:ERROR Unable to write file: /dev/full: No space left on device\n",
      );
    }
  },
});

Deno.test("an event is in the file as soon as it has been logged", async () => {
  const path = Deno.makeTempFileSync();
  await run(
    `log4cplus.rootLogger = INFO, f\nlog4cplus.appender.f = log4cplus::FileAppender\n` +
      `log4cplus.appender.f.File = ${path}\nlog4cplus.appender.f.ImmediateFlush = false\n`,
    (log) => {
      let expected = "";
      for (let i = 0; i < 20; i++) {
        log.info(`event ${i}`);
        expected += `INFO - event ${i}\n`;
        assertEquals(Deno.readTextFileSync(path), expected);
      }
    },
  );
  Deno.removeSync(path);
});
