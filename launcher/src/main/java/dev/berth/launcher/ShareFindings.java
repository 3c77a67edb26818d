package dev.berth.launcher;

import dev.berth.doctor.Finding;

/** What would serve shares. Stateless. */
final class ShareFindings {
  private static final String CHECK = "virtiofsd";

  private ShareFindings() {}

  static Finding examine(VirtiofsdFinder finder) {
    return finder
        .binary()
        .map(binary -> Finding.ok(CHECK, "is there: " + binary))
        .orElseGet(
            () ->
                Finding.note(
                    CHECK,
                    "no descriptor in "
                        + finder.places()
                        + " names one: no domain can have 'shares'",
                    "install qemu-system-common of Debian 12, or virtiofsd, if needed"));
  }
}
