/** Somewhere datagrams go to. Neither waits nor throws. */
export interface DatagramSink {
  send(text: string): void;
  /** Resolves when all has been sent that can be. */
  close(): Promise<void>;
}
