package dev.berth.config;

import dev.berth.config.MigrationFault.Moment;
import dev.berth.config.MigrationFault.Outcome;
import dev.berth.config.MigrationFault.Side;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One cell of the matrix of what can happen to the connections of a migration that crosses a
 * network with its images: which is hit, how, and in which phase. What becomes of the guest is
 * decided here, and held against real machines by {@link CutLinkTest}; {@code docs/recovery.md} has
 * the same table.
 */
record CutLink(Part part, Blow blow, Moment moment) {

  /** What is hit. */
  enum Part {
    CONTROL("control connection", 16_520),
    STREAM("migration stream", 49_152),
    NBD("NBD connection", 49_153);

    private final String text;
    private final int port;

    Part(String text, int port) {
      this.text = text;
      this.port = port;
    }

    /** At which it is reached, at either host. */
    int port() {
      return port;
    }
  }

  /** How. */
  enum Blow {
    CUT("cut off for good"),
    PAUSE("cut off for a while"),
    RESET("reset");

    private final String text;

    Blow(String text) {
      this.text = text;
    }
  }

  static final Moment COPYING = Moment.source(SourcePhase.COPYING);
  static final Moment TRANSFERRING = Moment.source(SourcePhase.TRANSFERRING);
  static final Moment SWITCHING = Moment.source(SourcePhase.SWITCHING);
  static final Moment SENT = Moment.source(SourcePhase.SENT);
  static final Moment RECEIVED = Moment.target(TargetPhase.RECEIVED);
  private static final Moment TARGET_PREPARING = Moment.target(TargetPhase.PREPARING);
  private static final Moment INCOMING = Moment.target(TargetPhase.INCOMING);

  /** All that make sense. */
  static List<CutLink> all() {
    return Arrays.stream(Part.values()).flatMap(part -> of(part).stream()).toList();
  }

  /** Those of that part. */
  static List<CutLink> of(Part part) {
    return Arrays.stream(Blow.values())
        .flatMap(
            blow ->
                moments()
                    .filter(moment -> isThere(part, moment))
                    .map(moment -> new CutLink(part, blow, moment)))
        .toList();
  }

  /** Those of a migration that goes well. */
  private static Stream<Moment> moments() {
    return Moment.FORWARD.stream()
        .flatMap(
            moment ->
                moment.equals(TRANSFERRING) ? Stream.of(COPYING, TRANSFERRING) : Stream.of(moment));
  }

  /** Whether there is that connection. */
  private static boolean isThere(Part part, Moment moment) {
    return switch (part) {
      case CONTROL -> true;
      case STREAM -> Set.of(TRANSFERRING, SWITCHING).contains(moment);
      case NBD -> Set.of(COPYING, TRANSFERRING, SWITCHING).contains(moment);
    };
  }

  /** Whether QEMU copies or sends at that moment, slowly, and nobody is held. */
  boolean isUnderWay() {
    return moment.equals(COPYING) || moment.equals(TRANSFERRING);
  }

  /** Whether the guest still goes on at its source. */
  boolean isBeforeSwitch() {
    return isUnderWay() || moment.isBefore(TRANSFERRING);
  }

  boolean isAtSource() {
    return moment.side() == Side.SOURCE;
  }

  /** What becomes of the guest. */
  Outcome outcome() {
    if (blow == Blow.PAUSE) {
      return Outcome.MOVES;
    }
    return switch (part) {
      case STREAM, NBD -> Outcome.STAYS;
      case CONTROL -> blow == Blow.RESET ? controlReset() : controlCut();
    };
  }

  private Outcome controlReset() {
    return Set.of(TARGET_PREPARING, INCOMING).contains(moment) ? Outcome.STAYS : Outcome.MOVES;
  }

  private Outcome controlCut() {
    return isBeforeSwitch() || moment.isBefore(SENT) ? Outcome.STAYS : Outcome.MOVES;
  }

  /** The table of all cells, as the page has it. */
  static List<String> page() {
    List<CutLink> columns =
        Arrays.stream(Part.values())
            .flatMap(
                part ->
                    Arrays.stream(Blow.values()).map(blow -> new CutLink(part, blow, SWITCHING)))
            .toList();
    List<String> lines = new ArrayList<>();
    lines.add(row("phase", columns, column -> column.part.text + " " + column.blow.text));
    lines.add("|---".repeat(columns.size() + 1) + "|");
    moments()
        .forEach(
            moment ->
                lines.add(
                    row(
                        moment.toString().replace(" ", " `") + "`",
                        columns,
                        column ->
                            isThere(column.part, moment)
                                ? new CutLink(column.part, column.blow, moment).outcome().text()
                                : "there is none")));
    return lines;
  }

  private static String row(
      String first, List<CutLink> columns, Function<CutLink, String> content) {
    return columns.stream()
        .map(content)
        .collect(Collectors.joining(" | ", "| " + first + " | ", " |"));
  }

  @Override
  public String toString() {
    return part.text + " " + blow.text + " at " + moment;
  }
}
