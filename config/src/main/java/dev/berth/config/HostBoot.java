package dev.berth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The present boot of the machine that this host runs on. */
final class HostBoot {
  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Logger LOG = LoggerFactory.getLogger(HostBoot.class);

  private HostBoot() {}

  /** The kernel's random id of this boot; empty when it cannot be read. */
  static String id() {
    try {
      return Files.readString(FILE).strip();
    } catch (IOException e) {
      LOG.warn(
          "{} cannot be read: no domain is started by its 'autostart': {}", FILE, e.toString());
      return "";
    }
  }
}
