package dev.berth.cli.output;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.HandTouch;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The words for what changes with time.
 *
 * @param now as of when
 */
record DomainText(Instant now) {

  /** Whether QEMU answers, and how long it has not; empty without a machine. */
  String liveness(Optional<MachineSummary> machine) {
    if (machine.isEmpty()) {
      return "";
    }
    Liveness liveness = machine.get().liveness();
    return liveness == Liveness.RESPONSIVE
        ? liveness.text()
        : liveness.text() + " " + age(machine.get().livenessSince());
  }

  /** What somebody who looks down a list should stop at; mostly empty. */
  String note(DomainSnapshot domain) {
    StringBuilder note = new StringBuilder();
    if (domain.definition().pending()) {
      note.append("definition pending");
    }
    if (domain.operation().isPresent()) {
      note.append(note.isEmpty() ? "" : "; ").append(operation(domain.operation().get()));
    }
    if (domain.restart().isPresent() && domain.restart().get().nextTryAt().isPresent()) {
      note.append(note.isEmpty() ? "" : "; ").append(restart(domain.restart().get()));
    }
    if (domain.status().detail().isPresent()) {
      note.append(note.isEmpty() ? "" : "; ")
          .append(Printable.line(domain.status().detail().get()));
    }
    return note.toString();
  }

  /** What is under way. */
  String operation(DomainSnapshot.OperationSummary operation) {
    return operation.verb() + " by " + operation.actor() + " for " + age(operation.since());
  }

  /** When the host starts the domain by itself, if it does. */
  String restart(DomainSnapshot.RestartSummary restart) {
    String count = restart.tries() + " of " + restart.triesAtMost();
    if (restart.nextTryAt().isEmpty()) {
      return count + " tries used; forgotten after 10 minutes up";
    }
    Instant at = restart.nextTryAt().get();
    String when =
        at.isAfter(now)
            ? "at " + at.truncatedTo(ChronoUnit.SECONDS) + " (in " + age(now, at) + ")"
            : "now";
    return restart.tries() == 0
        ? "first start since the host has booted, " + when
        : "try " + count + ", " + when;
  }

  /** The last command by hand. */
  String touch(HandTouch touch) {
    return Printable.line(touch.command())
        + " by "
        + Printable.line(touch.actor())
        + ", "
        + moment(touch.at());
  }

  /** A time, and how long ago that is. */
  String moment(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS) + " (" + age(moment) + " ago)";
  }

  /** How long ago that is. */
  String age(Instant since) {
    return age(since, now);
  }

  private static String age(Instant from, Instant to) {
    return Age.text(Duration.between(from, to));
  }
}
