package dev.berth.image;

import dev.berth.api.Api;

/** What becomes of errors that are found in an image. */
@Api(since = "0.1")
public enum Repair {
  /** They are told. */
  NONE("none"),
  /** Clusters that nothing refers to are given back; that loses nothing. */
  LEAKS("leaks"),
  /** All are repaired, which may lose what was written there. */
  ALL("all");

  private final String text;

  Repair(String text) {
    this.text = text;
  }

  /** QEMU's word for it. */
  public String text() {
    return text;
  }
}
