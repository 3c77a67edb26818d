package dev.berth.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.AcceleratorChoice;
import dev.berth.error.HostFailureException;
import dev.berth.error.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what runs guest code. KVM counts once it was proved; the proof holds for one QEMU binary
 * until the host boots again, and is cached on disk. Thread-safe; one proof at a time.
 */
final class AcceleratorChooser {
  private static final Path DEVICE = Path.of("/dev/kvm");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path KERNEL = Path.of("/proc/sys/kernel/osrelease");
  private static final String KIND = "kvm";

  private final AcceleratorTest test;
  private final HostCache cache;
  private final Map<FileIdentity, Optional<String>> proofs = new HashMap<>();

  AcceleratorChooser(AcceleratorTest test, HostCache cache) {
    this.test = test;
    this.cache = cache;
  }

  /**
   * What runs guest code of a definition with that choice.
   *
   * @throws UnsupportedException when it must be KVM, and KVM does not work
   * @throws InterruptedException when the caller is interrupted during a proof
   */
  AcceleratorVerdict choose(QemuInstall qemu, AcceleratorChoice choice)
      throws InterruptedException {
    return switch (choice) {
      case TCG -> new AcceleratorVerdict(AcceleratorVerdict.TCG, "the definition asks for it");
      case AUTO -> verdict(obstacle(qemu));
      case KVM -> {
        AcceleratorVerdict verdict = verdict(obstacle(qemu));
        if (!verdict.isKvm()) {
          throw new UnsupportedException(
              "Cannot use KVM as the definition asks: "
                  + verdict.reason()
                  + ". Use 'accelerator: tcg' or 'auto'.");
        }
        yield verdict;
      }
    };
  }

  /** What is known of that binary without running it. */
  synchronized AcceleratorVerdict known(QemuInstall qemu) {
    Optional<String> proof = proofs.get(qemu.identity());
    return proof == null
        ? new AcceleratorVerdict(AcceleratorVerdict.TCG, "KVM was not tested yet")
        : verdict(proof);
  }

  private static AcceleratorVerdict verdict(Optional<String> obstacle) {
    return obstacle
        .map(reason -> new AcceleratorVerdict(AcceleratorVerdict.TCG, reason))
        .orElseGet(() -> new AcceleratorVerdict(AcceleratorVerdict.KVM, "KVM ran a test program"));
  }

  /** Why KVM cannot be used. What costs nothing is asked each time: it can be mended any time. */
  private synchronized Optional<String> obstacle(QemuInstall qemu) throws InterruptedException {
    if (!qemu.capabilities().kvmBuiltIn()) {
      return Optional.of("this QEMU was built without KVM");
    }
    if (!Files.exists(DEVICE)) {
      return Optional.of("this host has no " + DEVICE);
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      return Optional.of(DEVICE + " is not open to this user: join the group 'kvm'");
    }
    Optional<String> known = proofs.get(qemu.identity());
    if (known == null) {
      known = prove(qemu);
      proofs.put(qemu.identity(), known);
    }
    return known;
  }

  private Optional<String> prove(QemuInstall qemu) throws InterruptedException {
    Path binary = qemu.identity().path();
    String key = String.join("\n", line(BOOT_ID), line(KERNEL), qemu.identity().text());
    Optional<JsonNode> remembered = cache.find(KIND, binary, key);
    if (remembered.isPresent()) {
      return Optional.of(remembered.get().path("obstacle").asText()).filter(why -> !why.isEmpty());
    }
    Optional<String> obstacle =
        test.run(qemu, AcceleratorVerdict.KVM, "host").map(why -> DEVICE + " opens, but " + why);
    ObjectNode value = JsonNodeFactory.instance.objectNode();
    cache.store(KIND, binary, key, value.put("obstacle", obstacle.orElse("")));
    return obstacle;
  }

  private static String line(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException failure) {
      throw new HostFailureException(
          "Cannot read " + file + ": " + failure.getMessage() + ".", failure);
    }
  }
}
