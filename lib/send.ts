/**
 * The street in one screen: settings -> plan -> instances -> data set stream -> PDUs -> outcome -> report -> exit code.
 * Each stage knows only the one before it, through plain data.
 */

import { connectTcp, tcpDuplex } from "./association/transport.ts";
import type { Settings } from "./cli/settings.ts";
import { asFault, exitCodeOf, type Fault } from "./errors.ts";
import type { Logger } from "./log/log.ts";
import { LOGGER } from "./log/log.ts";
import { openLog } from "./log/open_log.ts";
import type { WriteText } from "./log/standard_streams.ts";
import { dotsTo } from "./report/dots.ts";
import { Inputs } from "./source/inputs.ts";
import { instanceOpener } from "./source/open_instance.ts";
import { openAssociation } from "./transfer/open.ts";
import { associationWishOf, destinationOf, transferPlanOf } from "./transfer/plan.ts";
import { Transfer } from "./transfer/transfer.ts";

/** Sends what the settings say; answers the exit code (design: 0 only if every instance is stored). */
export async function send(settings: Settings, toStdout: WriteText): Promise<number> {
  const { log, close } = openLog(settings.log);
  try {
    return await sendAll(settings, log, toStdout);
  } catch (caught) {
    const fault = asFault(caught);
    tellFatal(log, fault);
    return exitCodeOf(fault);
  } finally {
    await close();
  }
}

async function sendAll(settings: Settings, log: Logger, toStdout: WriteText): Promise<number> {
  const { network } = settings;
  const openInstance = instanceOpener(settings.input.mode);
  const inputs = new Inputs(settings, openInstance, log);
  let exitCode = 0;
  const { needs } = await inputs.check(() => exitCode = 1);
  const plan = transferPlanOf(settings, undefined, needs);
  const wish = associationWishOf(network, undefined, undefined);
  const destination = destinationOf(settings, Deno.env.get("TCP_NODELAY") !== "0");
  const transfer = new Transfer(plan, {
    log,
    openInstance,
    open: (contexts) =>
      openAssociation(async () => tcpDuplex(await connectTcp(destination)), wish, contexts, log),
    record: () => {},
    ...(showsDots(settings, log) ? { dataSent: dotsTo(toStdout) } : {}),
  });
  const sent = await transfer.run(inputs.work());
  return exitCode || sent;
}

/** Dots belong to one message at a time, and to the level INFO only: DEBUG shows more than that. */
function showsDots({ delivery, network }: Settings, log: Logger): boolean {
  return log.named(LOGGER.progress).threshold === "info" && delivery.jobs === 1 &&
    network.maxOperationsInvoked === 1;
}

function tellFatal(log: Logger, fault: Fault): void {
  log.fatal(fault.condition);
  if (fault.remedy !== undefined) log.fatal(`hint: ${fault.remedy}`);
}
