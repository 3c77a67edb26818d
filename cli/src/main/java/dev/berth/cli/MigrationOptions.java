package dev.berth.cli;

import dev.berth.domain.ByteSize;
import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StorageCopy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The options that say where a machine is to go, and how. */
final class MigrationOptions {
  private final Parameter<String> target;
  private final Parameter<ByteSize> speed;
  private final Parameter<Duration> downtime;
  private final Parameter<Boolean> throttle;
  private final Parameter<Duration> within;
  private final Parameter<AtLimit> atLimit;
  private final Parameter<Integer> channels;
  private final Parameter<Compression> compression;
  private final Parameter<Boolean> withStorage;
  private final Parameter<Path> storage;

  MigrationOptions(Parameters parameters) {
    target =
        parameters.required(
            "--to",
            "URI",
            text -> text,
            "The other host: tls://host-b.example, or on this machine its control socket, such as"
                + " unix:///run/berth/control.sock.");
    speed =
        parameters.option(
            "--speed", "SIZE", CommandName::size, "Send no more in a second. Default: no limit");
    downtime =
        parameters.option(
            "--downtime",
            "DURATION",
            DurationArgument::parse,
            "How long the guest may stand, by QEMU's estimate. Default: 300ms");
    throttle =
        parameters.flag(
            "--throttle-guest", "Slow a guest down that writes faster than QEMU sends.");
    within =
        parameters.option(
            "--within",
            "DURATION",
            DurationArgument::parse,
            "How long it may take until the guest stands for the switch. Default: no limit");
    atLimit =
        parameters.option(
            "--at-limit",
            "WHAT",
            MigrationOptions::atLimit,
            "What is done when that is over: 'cancel', or 'pause', which has the guest stand for"
                + " what is left. Default: cancel");
    channels =
        parameters.option(
            "--channels",
            "COUNT",
            Parameters::count,
            "Send over so many connections at once. Default: 1");
    compression =
        parameters.option(
            "--compress",
            "METHOD",
            MigrationOptions::compression,
            "Send less, for more work: 'zlib', or 'zstd' where both QEMUs have it. Default: none");
    withStorage =
        parameters.flag(
            "--with-storage",
            "Take the images along that the guest writes to: they are copied to the same paths"
                + " there. What is only read is to be there.");
    storage =
        parameters.option(
            "--storage",
            "DIRECTORY",
            Path::of,
            "The same, into this directory of the other host, whatever it is called here.");
  }

  private Optional<StorageCopy> storageCopy() {
    return withStorage.value() || storage.given().isPresent()
        ? Optional.of(new StorageCopy(storage.given()))
        : Optional.empty();
  }

  private static AtLimit atLimit(String text) {
    return switch (text) {
      case "cancel" -> AtLimit.CANCEL;
      case "pause" -> AtLimit.PAUSE_GUEST;
      default -> throw new IllegalArgumentException("use cancel or pause");
    };
  }

  private static Compression compression(String text) {
    for (Compression each : Compression.values()) {
      if (each.text().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException("use zlib, zstd or none");
  }

  /** Whether any of them says how a machine is sent. */
  boolean areAboutMachine() {
    boolean isSpeedOfImages = storageCopy().isPresent();
    return (speed.given().isPresent() && !isSpeedOfImages)
        || downtime.given().isPresent()
        || throttle.value()
        || within.given().isPresent()
        || atLimit.given().isPresent()
        || channels.given().isPresent()
        || compression.given().isPresent();
  }

  /** What they ask for. */
  MigrationRequest request() {
    Optional<MigrationLimit> limit =
        within
            .given()
            .map(time -> new MigrationLimit(time, atLimit.given().orElse(AtLimit.CANCEL)));
    if (limit.isEmpty() && atLimit.given().isPresent()) {
      throw new UsageException("--at-limit needs --within.");
    }
    return new MigrationRequest(
        HostAddress.parse(target.value(), "--to"),
        speed.given().map(ByteSize::bytes),
        downtime.given(),
        throttle.value() ? Convergence.THROTTLE_GUEST : Convergence.LEFT_TO_GUEST,
        limit,
        new StateChannels(
            channels.given().orElse(StateChannels.ONE.count()),
            compression.given().orElse(StateChannels.ONE.compression())),
        storageCopy());
  }
}
