package dev.berth.engine;

import dev.berth.engine.migration.MigrationReach;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.step.Verb;
import dev.berth.error.BusyException;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The job × verb table: which job that goes on keeps which verb from beginning. Pure. {@code
 * docs/jobs.md} shows it.
 *
 * <p>What a verb is about decides, so that a new one has its place in one line, and a new kind in
 * another; the switches have no default branch, so that neither is forgotten.
 */
public final class JobConflicts {

  /** How far a job is in the way. */
  enum Reach {
    /** Not at all. */
    NOTHING("-"),
    /** Of what is about the same device. */
    SUBJECT("the same one"),
    /** Of all of it, when it is about a domain without a machine. */
    STOPPED("if it began while stopped"),
    /** Of all of it. */
    DOMAIN("yes");

    private final String text;

    Reach(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private JobConflicts() {}

  /** What a verb is about that a job could be about as well. */
  private enum Concern {
    /** One of the disks. */
    DISK,
    /** One of the network interfaces. */
    NIC,
    /** One of the shares. */
    SHARE,
    /** One of the other devices. */
    DEVICE,
    /** How many virtual CPUs there are. */
    CPUS,
    /** How much memory there is. */
    MEMORY,
    /** How much of it the balloon leaves. */
    BALLOON,
    /** Whether the guest runs, and all that takes a guest that does. */
    RUN_STATE,
    /** All that the machine is and does. */
    EVERYTHING,
    /** Nothing that a job holds on to. */
    NOTHING
  }

  private static Concern concern(Verb verb) {
    return switch (verb) {
      case ATTACH_DISK, DETACH_DISK, ADJUST_DISK -> Concern.DISK;
      case ATTACH_NIC, DETACH_NIC, ADJUST_NIC -> Concern.NIC;
      case ATTACH_SHARE, DETACH_SHARE -> Concern.SHARE;
      case ATTACH_DEVICE, DETACH_DEVICE -> Concern.DEVICE;
      case SET_CPUS -> Concern.CPUS;
      case SET_MEMORY -> Concern.MEMORY;
      case SET_BALLOON -> Concern.BALLOON;
      case START,
          START_PAUSED,
          SHUTDOWN,
          RESET,
          PAUSE,
          RESUME,
          AGENT,
          DUMP_MEMORY,
          SEND_KEYS,
          INJECT_NMI,
          RESTORE ->
          Concern.RUN_STATE;
      case SAVE, MIGRATE, MIGRATE_OFFLINE -> Concern.EVERYTHING;
      case DESTROY,
          UNDEFINE,
          CONSOLE,
          SCREENSHOT,
          QMP,
          SET_VNC_PASSWORD,
          BACKUP,
          RESTORE_BACKUP,
          CHECKPOINT,
          CHECKPOINTS,
          DISCARD_SAVE ->
          Concern.NOTHING;
    };
  }

  /** How far a job of that kind is in the way of that verb. */
  static Reach between(JobKind running, Verb wanted) {
    Concern concern = concern(wanted);
    if (concern == Concern.EVERYTHING) {
      boolean replacesImages = wanted == Verb.MIGRATE_OFFLINE && running == JobKind.RESTORE_BACKUP;
      return isOfMachine(running) || replacesImages ? Reach.DOMAIN : Reach.NOTHING;
    }
    return switch (running) {
      case DETACH_DISK -> concern == Concern.DISK ? Reach.SUBJECT : ofBackups(wanted);
      case DETACH_NIC -> concern == Concern.NIC ? Reach.SUBJECT : Reach.NOTHING;
      case DETACH_SHARE -> concern == Concern.SHARE ? Reach.SUBJECT : Reach.NOTHING;
      case DETACH_DEVICE -> concern == Concern.DEVICE ? Reach.SUBJECT : Reach.NOTHING;
      case DUMP_MEMORY ->
          concern == Concern.RUN_STATE || wanted == Verb.UNDEFINE ? Reach.DOMAIN : Reach.NOTHING;
      case SET_CPUS -> concern == Concern.CPUS ? Reach.DOMAIN : Reach.NOTHING;
      case SET_MEMORY -> concern == Concern.MEMORY ? Reach.DOMAIN : Reach.NOTHING;
      case SET_BALLOON -> concern == Concern.BALLOON ? Reach.DOMAIN : Reach.NOTHING;
      case SAVE, MIGRATION, INCOMING_MIGRATION ->
          mayGoOnWhileSaved(wanted) ? Reach.NOTHING : Reach.DOMAIN;
      case BACKUP -> whileBackedUp(wanted);
      case PULL_BACKUP -> withDisks(wanted);
      case RESTORE_BACKUP -> ofRestores(wanted);
      case CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE,
          DELETE_IMAGE,
          VERIFY_BACKUP,
          DELETE_BACKUP,
          UNKNOWN ->
          Reach.NOTHING;
    };
  }

  /** Whether a job of that kind is about a machine. */
  private static boolean isOfMachine(JobKind kind) {
    return switch (kind) {
      case DETACH_DISK,
          DETACH_NIC,
          DETACH_SHARE,
          DETACH_DEVICE,
          DUMP_MEMORY,
          SET_CPUS,
          SET_MEMORY,
          SET_BALLOON,
          BACKUP,
          PULL_BACKUP,
          SAVE,
          MIGRATION,
          INCOMING_MIGRATION ->
          true;
      case CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE,
          DELETE_IMAGE,
          RESTORE_BACKUP,
          VERIFY_BACKUP,
          DELETE_BACKUP,
          UNKNOWN ->
          false;
    };
  }

  /** Whatever else might change the machine, or let its guest run, must not. */
  private static boolean mayGoOnWhileSaved(Verb wanted) {
    return wanted == Verb.DESTROY || wanted == Verb.CONSOLE || wanted == Verb.SCREENSHOT;
  }

  /** A machine goes on while its disks are written; where there is none, none may come. */
  private static Reach whileBackedUp(Verb wanted) {
    if (wanted == Verb.START || wanted == Verb.START_PAUSED || wanted == Verb.RESTORE) {
      return Reach.STOPPED;
    }
    return withDisks(wanted);
  }

  private static Reach withDisks(Verb wanted) {
    return wanted == Verb.DETACH_DISK || wanted == Verb.UNDEFINE ? Reach.DOMAIN : ofBackups(wanted);
  }

  /** Of what reads all disks at one moment and leaves a mark in them, or replaces them. */
  private static Reach ofBackups(Verb wanted) {
    boolean marks = wanted == Verb.BACKUP || wanted == Verb.CHECKPOINT;
    return marks || wanted == Verb.RESTORE_BACKUP ? Reach.DOMAIN : Reach.NOTHING;
  }

  /** Of what would use the images that are about to be replaced, or forget them. */
  private static Reach ofRestores(Verb wanted) {
    boolean uses =
        wanted == Verb.START
            || wanted == Verb.START_PAUSED
            || wanted == Verb.RESTORE
            || wanted == Verb.UNDEFINE
            || concern(wanted) == Concern.DISK;
    return uses ? Reach.DOMAIN : ofBackups(wanted);
  }

  /**
   * Refuses a new definition of a domain that is changing hosts: it would be lost with the domain.
   *
   * @throws BusyException naming the job and its age
   */
  static void checkDefinition(List<KeptJob> running, Instant now) {
    Optional<KeptJob> moving = running.stream().filter(MigrationReach::isMoving).findFirst();
    if (moving.isPresent()) {
      throw busy("define", moving.get().job(), now);
    }
  }

  /**
   * Refuses a verb that a job is in the way of.
   *
   * @param running the domain's jobs that go on
   * @param subject what of the domain the verb is about
   * @throws BusyException naming the job and its age
   */
  static void check(List<KeptJob> running, Verb wanted, String subject, Instant now) {
    Optional<Job> obstacle =
        running.stream()
            .filter(job -> isInTheWay(job, wanted, subject))
            .map(KeptJob::job)
            .findFirst();
    if (obstacle.isPresent()) {
      throw busy(wanted.text(), obstacle.get(), now);
    }
  }

  private static BusyException busy(String verb, Job job, Instant now) {
    return new BusyException(
        "Cannot "
            + verb
            + " domain '"
            + job.target().name().orElseThrow()
            + "': job "
            + job.id()
            + " ("
            + job.target().kind().text()
            + " '"
            + job.target().subject()
            + "', by "
            + job.origin().actor()
            + ") has been under way for "
            + Math.max(0, Duration.between(job.origin().since(), now).toSeconds())
            + " s"
            + job.status()
                .progress()
                .flatMap(Job.Progress::remaining)
                .map(left -> ", and takes some " + left.toSeconds() + " s yet")
                .orElse("")
            + ". Wait for it ('vmctl job wait "
            + job.id()
            + "', or '--queue' with what is to follow it), or cancel it.",
        job.id().text());
  }

  private static boolean isInTheWay(KeptJob job, Verb wanted, String subject) {
    Job.Target target = job.job().target();
    return switch (between(target.kind(), wanted)) {
      case NOTHING -> false;
      case SUBJECT -> target.subject().equals(subject);
      case STOPPED -> StandInRow.reads(job);
      case DOMAIN -> !MigrationReach.isOverFor(job, wanted);
    };
  }
}
