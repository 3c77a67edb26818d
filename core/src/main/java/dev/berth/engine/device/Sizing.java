package dev.berth.engine.device;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.engine.Sizings;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Verb;
import dev.berth.error.BerthException;
import dev.berth.job.JobKind;
import dev.berth.machine.Backend;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * So much of something that a machine is to have: virtual CPUs, memory. Small and without state;
 * {@link Sizings} brings the machine there. Whoever adds one adds it to {@link #of} too.
 */
public interface Sizing {

  /** Which verb of the table it is. */
  Verb verb();

  /** What job it is. */
  JobKind kind();

  /** So much, in its unit. */
  long target();

  /** So much, for people; {@link #of} reads it again. */
  String text();

  /** The definition with so much. */
  DomainDefinition edited(DomainDefinition definition);

  /**
   * Refuses it for a machine that cannot have so much, or not while it runs.
   *
   * @throws BerthException saying what can be done
   */
  void check(LaunchRecord launch);

  /**
   * Asks QEMU how much there is.
   *
   * @param launch the record of the machine
   */
  CompletableFuture<Standing> look(QmpConnection qmp, LaunchRecord launch);

  /**
   * Has QEMU bring it there, or ask the guest to let go of some. As nothing is lost by asking
   * again, it is asked again from time to time.
   *
   * @param launch the record of the machine as it was last seen
   */
  CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch);

  /**
   * Whether it is the guest's to do.
   *
   * @param launch the record of the machine
   * @param from how much there was
   */
  boolean needsGuest(LaunchRecord launch, long from);

  /** Whether {@link #ask} asks a guest for a part, and for the next when that is gone. */
  default boolean isStepByStep() {
    return false;
  }

  /** What may keep a guest from doing it, for people. */
  default String doubt() {
    return "";
  }

  /** Whether the guest's word about that device is about this. */
  boolean concerns(String device);

  /**
   * How much there is.
   *
   * @param now in the unit of the target
   * @param onto the record of a machine that has what was seen
   * @param left what was made for something that is not there, or not there any more
   */
  record Standing(long now, UnaryOperator<LaunchRecord> onto, List<Backend> left) {

    /** With nothing left. */
    Standing(long now, UnaryOperator<LaunchRecord> onto) {
      this(now, onto, List.of());
    }
  }

  /** What that job brings its machine to; empty when it is about something else. */
  static Optional<Sizing> of(KeptJob job) {
    String text = job.job().target().subject();
    return switch (job.job().target().kind()) {
      case SET_CPUS -> Optional.of(new CpuSizing(Integer.parseInt(text)));
      case SET_MEMORY -> ByteSize.parse(text).map(RamSizing::new);
      case SET_BALLOON -> ByteSize.parse(text).map(BalloonSizing::new);
      case DETACH_DISK,
          DETACH_NIC,
          DETACH_SHARE,
          DETACH_DEVICE,
          DUMP_MEMORY,
          BACKUP,
          PULL_BACKUP,
          SAVE,
          MIGRATION,
          INCOMING_MIGRATION,
          RESTORE_BACKUP,
          VERIFY_BACKUP,
          DELETE_BACKUP,
          CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE,
          DELETE_IMAGE,
          UNKNOWN ->
          Optional.empty();
    };
  }
}
