package dev.berth.config;

import dev.berth.config.HoldingStore.Point;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One cell of the matrix of what can happen to a migration: what is hit, how, and in which phase.
 * What becomes of the guest is decided here, and held against real machines by {@link
 * MigrationFaultsTest}; {@code docs/recovery.md} has the same table.
 */
record MigrationFault(Part part, Blow blow, Moment moment) {

  /** What is hit. */
  enum Part {
    SOURCE_DAEMON("source host"),
    TARGET_DAEMON("target host"),
    SOURCE_QEMU("source QEMU"),
    TARGET_QEMU("target QEMU"),
    CONTROL("control connection"),
    STREAM("migration stream");

    private final String text;

    Part(String text) {
      this.text = text;
    }

    boolean isProcess() {
      return this != CONTROL && this != STREAM;
    }
  }

  /** How. */
  enum Blow {
    KILL("killed"),
    STOP("stopped"),
    DISCONNECT("cut");

    private final String text;

    Blow(String text) {
      this.text = text;
    }
  }

  /** Whose phase it is. */
  enum Side {
    SOURCE("migration"),
    TARGET("incoming-migration");

    private final String kind;

    Side(String kind) {
      this.kind = kind;
    }
  }

  /**
   * A phase, on record, of which nothing has followed yet that waits for it to be; QEMU sends in
   * {@code transferring}.
   */
  record Moment(Side side, String phase) {
    /** Those of a migration that goes well, in their order. */
    static final List<Moment> FORWARD =
        List.of(
            source(SourcePhase.PREPARING),
            target(TargetPhase.PREPARING),
            target(TargetPhase.INCOMING),
            source(SourcePhase.TRANSFERRING),
            source(SourcePhase.SWITCHING),
            source(SourcePhase.SENT),
            target(TargetPhase.RECEIVED),
            source(SourcePhase.HANDED_OVER),
            target(TargetPhase.OWNER),
            target(TargetPhase.COMPLETE),
            source(SourcePhase.ENDING));

    /** Those of one that is taken back. */
    static final List<Moment> BACK =
        List.of(
            source(SourcePhase.RETURNING), source(SourcePhase.TELLING), target(TargetPhase.FAILED));

    static Moment source(SourcePhase phase) {
      return new Moment(Side.SOURCE, phase.text());
    }

    static Moment target(TargetPhase phase) {
      return new Moment(Side.TARGET, phase.text());
    }

    static List<Moment> all() {
      return Stream.concat(FORWARD.stream(), BACK.stream()).toList();
    }

    Point point() {
      return new Point(side.kind, phase);
    }

    boolean isBack() {
      return BACK.contains(this);
    }

    /** Whether it is before that one, in a migration that goes well. */
    boolean isBefore(Moment other) {
      return !isBack() && FORWARD.indexOf(this) < FORWARD.indexOf(other);
    }

    @Override
    public String toString() {
      return (side == Side.SOURCE ? "source " : "target ") + phase;
    }
  }

  /** What becomes of the guest. */
  enum Outcome {
    MOVES("moves"),
    STAYS("stays"),
    LOST_AT_SOURCE("lost at the source"),
    LOST_AT_TARGET("lost at the target");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    boolean isLost() {
      return this == LOST_AT_SOURCE || this == LOST_AT_TARGET;
    }
  }

  /** What a stop is waited for to bring about. */
  enum Until {
    /** Nobody else does anything meanwhile. */
    NOTHING,
    /** The guest goes on for a while, as if nothing were. */
    THE_GUEST_COUNTS,
    /** The source takes the guest back. */
    THE_SOURCE_TELLS,
    /** The source says that the target does not answer. */
    THE_SOURCE_WAITS,
    /** The target has on record that the guest is its own. */
    THE_TARGET_OWNS,
    /** The host of the QEMU that is stopped says so. */
    THE_HOST_SEES_IT
  }

  private static final Moment SOURCE_PREPARING = Moment.source(SourcePhase.PREPARING);
  private static final Moment TARGET_PREPARING = Moment.target(TargetPhase.PREPARING);
  private static final Moment INCOMING = Moment.target(TargetPhase.INCOMING);
  private static final Moment TRANSFERRING = Moment.source(SourcePhase.TRANSFERRING);
  private static final Moment SWITCHING = Moment.source(SourcePhase.SWITCHING);
  private static final Moment SENT = Moment.source(SourcePhase.SENT);
  private static final Moment RECEIVED = Moment.target(TargetPhase.RECEIVED);
  private static final Moment HANDED_OVER = Moment.source(SourcePhase.HANDED_OVER);
  private static final Moment OWNER = Moment.target(TargetPhase.OWNER);
  private static final Moment COMPLETE = Moment.target(TargetPhase.COMPLETE);
  private static final Moment ENDING = Moment.source(SourcePhase.ENDING);
  private static final Moment RETURNING = Moment.source(SourcePhase.RETURNING);
  private static final Moment TELLING = Moment.source(SourcePhase.TELLING);
  private static final Moment FAILED = Moment.target(TargetPhase.FAILED);

  /** All that make sense. */
  static List<MigrationFault> all() {
    return everyCell().filter(cell -> cell.senseless().isEmpty()).toList();
  }

  /** Those of that part. */
  static List<MigrationFault> of(Part part) {
    return all().stream().filter(cell -> cell.part == part).toList();
  }

  private static Stream<MigrationFault> everyCell() {
    return Arrays.stream(Part.values())
        .flatMap(
            part ->
                Arrays.stream(Blow.values())
                    .flatMap(
                        blow ->
                            Moment.all().stream()
                                .map(moment -> new MigrationFault(part, blow, moment))));
  }

  /** Why there is no such cell. */
  Optional<String> senseless() {
    if (part.isProcess() && blow == Blow.DISCONNECT) {
      return Optional.of(
          "A process is not cut off: it has no other connections than those that have columns of"
              + " their own.");
    }
    if (!part.isProcess() && blow == Blow.KILL) {
      return Optional.of(
          "A connection is not killed: it ends in one way only, which is to be cut.");
    }
    if (part == Part.TARGET_QEMU && moment.isBefore(INCOMING)) {
      return Optional.of("there is none yet");
    }
    if (part == Part.SOURCE_QEMU && moment.equals(COMPLETE)
        || part == Part.TARGET_QEMU && Set.of(TELLING, FAILED).contains(moment)) {
      return Optional.of("it is being ended");
    }
    if (part == Part.STREAM) {
      return stream();
    }
    return Optional.empty();
  }

  private Optional<String> stream() {
    if (moment.isBefore(TRANSFERRING)) {
      return Optional.of("there is none yet");
    }
    return moment.isBefore(SENT) || moment.equals(RETURNING)
        ? Optional.empty()
        : Optional.of("all was sent");
  }

  /** What becomes of the guest. */
  Outcome outcome() {
    return switch (part) {
      case SOURCE_DAEMON ->
          blow == Blow.KILL && moment.isBefore(TRANSFERRING) ? Outcome.STAYS : usual();
      case TARGET_DAEMON -> targetDaemon();
      case SOURCE_QEMU -> blow == Blow.KILL ? sourceQemuKilled() : usual();
      case TARGET_QEMU -> targetQemu();
      case CONTROL -> control();
      case STREAM -> blow == Blow.DISCONNECT || moment.equals(SWITCHING) ? Outcome.STAYS : usual();
    };
  }

  /** As it would be without a fault. */
  private Outcome usual() {
    return moment.isBack() ? Outcome.STAYS : Outcome.MOVES;
  }

  private boolean isOneOf(Moment... moments) {
    return Set.of(moments).contains(moment);
  }

  private Outcome targetDaemon() {
    return blow == Blow.KILL && isOneOf(TARGET_PREPARING, INCOMING)
            || blow == Blow.STOP && isOneOf(SOURCE_PREPARING, SWITCHING)
        ? Outcome.STAYS
        : usual();
  }

  private Outcome sourceQemuKilled() {
    return moment.isBack() || moment.isBefore(SENT) ? Outcome.LOST_AT_SOURCE : Outcome.MOVES;
  }

  private Outcome targetQemu() {
    if (blow == Blow.STOP) {
      return moment.equals(SWITCHING) ? Outcome.STAYS : usual();
    }
    return isOneOf(COMPLETE, ENDING) ? Outcome.LOST_AT_TARGET : Outcome.STAYS;
  }

  private Outcome control() {
    if (blow == Blow.DISCONNECT) {
      return isOneOf(TARGET_PREPARING, INCOMING) ? Outcome.STAYS : usual();
    }
    return isOneOf(SOURCE_PREPARING, SWITCHING) ? Outcome.STAYS : usual();
  }

  /** What is waited for while something is stopped. */
  Until until() {
    if (blow != Blow.STOP) {
      return Until.NOTHING;
    }
    if (moment.equals(TRANSFERRING) && part != Part.SOURCE_QEMU) {
      return Until.THE_GUEST_COUNTS;
    }
    return switch (part) {
      case SOURCE_DAEMON -> Until.NOTHING;
      case STREAM -> moment.equals(SWITCHING) ? Until.THE_SOURCE_TELLS : Until.NOTHING;
      case SOURCE_QEMU -> isOneOf(TRANSFERRING, SWITCHING) ? Until.THE_HOST_SEES_IT : Until.NOTHING;
      case TARGET_QEMU -> targetQemuStopped();
      case TARGET_DAEMON -> silence();
      case CONTROL -> isOneOf(RECEIVED, OWNER) ? Until.NOTHING : silence();
    };
  }

  private Until targetQemuStopped() {
    if (moment.equals(OWNER)) {
      return Until.THE_HOST_SEES_IT;
    }
    if (moment.equals(SWITCHING)) {
      return Until.THE_SOURCE_TELLS;
    }
    return isOneOf(SENT, RECEIVED, HANDED_OVER) ? Until.THE_TARGET_OWNS : Until.NOTHING;
  }

  private Until silence() {
    if (outcome() == Outcome.STAYS && !moment.isBack()) {
      return Until.THE_SOURCE_TELLS;
    }
    return isOneOf(SENT, RECEIVED, HANDED_OVER, OWNER) || moment.isBack()
        ? Until.THE_SOURCE_WAITS
        : Until.NOTHING;
  }

  /** The table of all cells, and what there is no column for, as the page has it. */
  static List<String> page() {
    List<MigrationFault> columns = columns().filter(cell -> cell.senseless().isEmpty()).toList();
    List<String> lines = new ArrayList<>();
    lines.add(row("phase", columns, column -> column.part.text + " " + column.blow.text));
    lines.add("|---".repeat(columns.size() + 1) + "|");
    for (Moment moment : Moment.all()) {
      String phase = (moment.side == Side.SOURCE ? "source `" : "target `") + moment.phase + "`";
      lines.add(
          row(
              phase,
              columns,
              column -> {
                MigrationFault cell = new MigrationFault(column.part, column.blow, moment);
                return cell.senseless().orElseGet(() -> cell.outcome().text);
              }));
    }
    lines.add("");
    columns().flatMap(cell -> cell.senseless().stream()).distinct().forEach(lines::add);
    return lines;
  }

  private static Stream<MigrationFault> columns() {
    return everyCell().filter(cell -> cell.moment.equals(TRANSFERRING));
  }

  private static String row(
      String first, List<MigrationFault> columns, Function<MigrationFault, String> content) {
    return columns.stream()
        .map(content)
        .collect(Collectors.joining(" | ", "| " + first + " | ", " |"));
  }

  @Override
  public String toString() {
    return part.text + " " + blow.text + " at " + moment;
  }
}
