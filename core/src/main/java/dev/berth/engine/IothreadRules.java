package dev.berth.engine;

import dev.berth.definition.DeviceDocument;
import dev.berth.definition.Disk;
import dev.berth.definition.Pluggable;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidStateException;
import dev.berth.error.Problem;
import dev.berth.machine.Iothreads;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What holds between the threads of a machine that serve disks and its disks. Pure. */
final class IothreadRules {
  private IothreadRules() {}

  /**
   * Refuses a disk for the machine that none of its threads can serve.
   *
   * @throws dev.berth.error.InvalidDefinitionException when it has none of the name
   * @throws dev.berth.error.BusyException when that is leaving
   */
  static void checkServed(
      Pluggable device, LaunchRecord launch, List<KeptJob> running, Instant now) {
    Optional<String> wanted =
        device instanceof Disk disk ? disk.attachment().iothread() : Optional.empty();
    if (wanted.isEmpty()) {
      return;
    }
    String name = wanted.get();
    List<String> there = Iothreads.of(launch);
    if (!there.contains(name)) {
      throw DeviceDocument.problems(
          device,
          List.of(
              Problem.at(
                  Iothreads.KIND,
                  String.format(
                      "the machine has no iothread '%s'%s: attach it first ('vmctl device attach %s"
                          + " --device iothread --name %s'), or use another",
                      name,
                      there.isEmpty() ? "" : ", it has " + String.join(", ", there),
                      launch.subject().name(),
                      name))));
    }
    JobConflicts.check(running, Verb.ATTACH_DEVICE, Iothreads.id(name), now);
  }

  /**
   * Refuses to take a thread from under its disks, which QEMU would do without a word.
   *
   * @param cannot how messages begin
   */
  static void checkFree(LaunchRecord launch, PluggedDevice thread, String cannot) {
    List<DeviceRecord> users = Iothreads.users(launch, thread.device().id());
    List<String> disks =
        users.stream()
            .filter(user -> !user.name().isEmpty())
            .map(user -> "'" + user.name() + "'")
            .toList();
    if (!disks.isEmpty()) {
      throw new InvalidStateException(
          cannot
              + "it serves disk "
              + String.join(", ", disks)
              + ". Detach that first, or change the definition only, which takes effect at the next"
              + " boot.");
    }
    if (!users.isEmpty()) {
      throw new InvalidStateException(
          cannot
              + "it serves '"
              + users.get(0).id()
              + "', a controller of disks on virtio-scsi, which stays as long as the machine. Change"
              + " the definition only, which takes effect at the next boot.");
    }
  }
}
