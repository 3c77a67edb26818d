package dev.berth.machine;

/** Where a machine's tap device comes from. */
public sealed interface TapSource {

  /**
   * One that exists already.
   *
   * @param device its name
   */
  record Existing(String device) implements TapSource {}

  /**
   * One that is open already.
   *
   * @param resource the name by which the start is given it
   */
  record Given(String resource) implements TapSource {}

  /**
   * One that is made, joined to a bridge, and gone when nobody has it open any more.
   *
   * @param bridge the bridge's name
   * @param guestMac the guest's MAC address; the host's end gets one like it
   */
  record OnBridge(String bridge, String guestMac) implements TapSource {}
}
