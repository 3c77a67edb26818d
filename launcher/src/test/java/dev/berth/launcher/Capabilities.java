package dev.berth.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** What QEMUs of Debian's releases said when they were probed, without the QEMUs. */
final class Capabilities {
  static final List<String> VERSIONS = List.of("5.2.0", "7.2.22", "10.0.13", "11.1.3");

  private Capabilities() {}

  static QemuCapabilities of(String version) {
    String file = "capabilities-" + version + ".json";
    try (InputStream json =
        Objects.requireNonNull(Capabilities.class.getResourceAsStream(file), file)) {
      return CapabilityCodec.read(new ObjectMapper().readTree(json));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A binary of that version, which does not exist. */
  static QemuInstall install(String version) {
    Path binary = Path.of("/usr/bin/qemu-system-x86_64");
    FileTime epoch = FileTime.from(Instant.EPOCH);
    return new QemuInstall(binary, new FileIdentity(binary, 1, 2, 3, epoch, epoch), of(version));
  }
}
