package dev.berth.control;

import dev.berth.domain.ActorName;

/**
 * Who a client is, as the kernel or its certificate says.
 *
 * @param actor whom its calls are put down to
 * @param description how messages call it, at the beginning of a sentence
 * @param setting the host's setting that lets such a client change things
 * @param canBeHost whether it may have this host take machines: what they are made of is run
 */
record Peer(String actor, String description, String setting, boolean canBeHost) {

  private static final String CERTIFICATE = "cert:";

  /** A user of this machine who is neither root nor the host's. */
  static Peer user(String name) {
    return user(name, false);
  }

  /** Root, or the user whose the host is. */
  static Peer owner(String name) {
    return user(name, true);
  }

  private static Peer user(String name, boolean canBeHost) {
    return new Peer("user:" + name, "User '" + name + "'", "access", canBeHost);
  }

  /** Who has that certificate. */
  static Peer certificate(String name) {
    return certificate(name, false);
  }

  /** The host that has that certificate. */
  static Peer host(String name) {
    return certificate(name, true);
  }

  private static Peer certificate(String name, boolean canBeHost) {
    return new Peer(CERTIFICATE + name, "The certificate '" + name + "'", "tls-access", canBeHost);
  }

  /**
   * Whether calls can be put down to a certificate of that name, and nobody take it for one who
   * acts for others.
   */
  static boolean canBeActor(String name) {
    return ActorName.isLegal(CERTIFICATE + name) && !name.contains("/");
  }
}
