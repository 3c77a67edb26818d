package dev.berth.testing.contract;

/** A host whose guest 'web' does what the test says. */
public abstract class GuestRig extends HostRig {

  /** The guest takes no notice of its power button. */
  public abstract void guestIgnoresPowerButton();

  /** The guest panics. */
  public abstract void guestPanics();

  /** The guest powers itself off. */
  public abstract void guestPowersOff();
}
