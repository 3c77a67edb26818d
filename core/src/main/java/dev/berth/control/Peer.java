package dev.berth.control;

import dev.berth.domain.ActorName;

/**
 * Who a client is, as the kernel or its certificate says.
 *
 * @param actor whom its calls are put down to
 * @param description how messages call it, at the beginning of a sentence
 * @param setting the host's setting that lets such a client change things
 */
record Peer(String actor, String description, String setting) {

  private static final String CERTIFICATE = "cert:";

  /** A user of this machine. */
  static Peer user(String name) {
    return new Peer("user:" + name, "User '" + name + "'", "access");
  }

  /** Who has that certificate. */
  static Peer certificate(String name) {
    return new Peer(CERTIFICATE + name, "The certificate '" + name + "'", "tls-access");
  }

  /**
   * Whether calls can be put down to a certificate of that name, and nobody take it for one who
   * acts for others.
   */
  static boolean canBeActor(String name) {
    return ActorName.isLegal(CERTIFICATE + name) && !name.contains("/");
  }
}
