package dev.berth.machine;

/** How the state of a machine of another host comes in. */
public sealed interface IncomingStream {

  /** On the machine's own socket, {@link MachineFiles#stateSocket()}, from the same machine. */
  record Local() implements IncomingStream {}

  /**
   * Over TCP from whoever has the key, and encrypted by it.
   *
   * @param key of this state alone
   * @param address at which it comes in, or a name that has it
   * @param firstPort the lowest port of which one is taken that is free
   * @param lastPort the highest
   */
  record Encrypted(StreamKey key, String address, int firstPort, int lastPort)
      implements IncomingStream {

    /** As QEMU has it. */
    public String uri() {
      String host = address.contains(":") ? "[" + address + "]" : address;
      return "tcp:" + host + ":" + firstPort + ",to=" + lastPort;
    }
  }
}
