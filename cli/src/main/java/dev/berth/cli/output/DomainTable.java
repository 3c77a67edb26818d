package dev.berth.cli.output;

import static dev.berth.cli.output.Table.cell;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Domains, for people: a row each, or a page for one. */
public final class DomainTable {
  private static final int LABEL_WIDTH = 12;

  private final Instant now;
  private final Colour colour;

  /** Tables with ages as of that moment. */
  public DomainTable(Instant now, Colour colour) {
    this.now = now;
    this.colour = colour;
  }

  /** A row for each domain. */
  public String rows(List<DomainSnapshot> domains) {
    Table table =
        new Table("NAME", "STATE", "REASON", "CPUS", "MEMORY", "AGE", "PID", "LIVENESS", "NOTE");
    for (DomainSnapshot domain : domains) {
      DomainStatus status = domain.status();
      table.row(
          cell(domain.name().text()),
          new Table.Cell(
              status.state().text(), colour.paint(status.state(), status.state().text())),
          cell(status.reason().text()),
          cell(Integer.toString(domain.definition().cpus())),
          cell(domain.definition().memory().toString()),
          cell(age(status.since())),
          cell(pid(domain.machine())),
          cell(liveness(domain.machine())),
          cell(note(domain)));
    }
    return table.lines();
  }

  /** Everything about one domain. */
  public String page(DomainSnapshot domain) {
    StringBuilder page = new StringBuilder();
    DomainStatus status = domain.status();
    line(page, "Name", domain.name().text());
    line(page, "UUID", domain.uuid().toString());
    line(page, "State", colour.paint(status.state(), status.state().text()) + why(status));
    line(page, "Since", moment(status.since()));
    line(page, "CPUs", Integer.toString(domain.definition().cpus()));
    line(page, "Memory", domain.definition().memory().toString());
    line(page, "Definition", definition(domain.definition()));
    domain.definition().labels().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            label ->
                line(
                    page,
                    "Label",
                    Printable.line(label.getKey()) + "=" + Printable.line(label.getValue())));
    domain.machine().ifPresent(machine -> machine(page, machine));
    domain.operation().ifPresent(operation -> line(page, "Operation", operation(operation)));
    domain.restart().ifPresent(restart -> line(page, "Restart", restart(restart)));
    line(page, "Generation", domain.generation() + ", published " + moment(domain.publishedAt()));
    page.setLength(page.length() - 1);
    return page.toString();
  }

  private void machine(StringBuilder page, MachineSummary machine) {
    line(page, "Machine", machine.machineType() + ", incarnation " + machine.incarnation());
    line(
        page,
        "QEMU",
        machine.qemuVersion()
            + machine.pid().map(pid -> ", pid " + pid).orElse("")
            + ", "
            + machine.liveness().text()
            + " for "
            + age(machine.livenessSince()));
    line(
        page,
        "Accelerator",
        machine.accelerator() + " (" + Printable.line(machine.acceleratorReason()) + ")");
  }

  private static String definition(DomainSnapshot.DefinitionSummary definition) {
    return "revision "
        + definition.revision()
        + (definition.pending() ? ", pending: takes effect at the next boot" : "");
  }

  private static String why(DomainStatus status) {
    return " ("
        + status.reason().text()
        + ")"
        + status.detail().map(detail -> ": " + Printable.line(detail)).orElse("");
  }

  private static void line(StringBuilder page, String label, String value) {
    page.append(label)
        .append(':')
        .append(" ".repeat(LABEL_WIDTH - label.length()))
        .append(value)
        .append('\n');
  }

  private static String pid(Optional<MachineSummary> machine) {
    return machine.isPresent() && machine.get().pid().isPresent()
        ? Long.toString(machine.get().pid().get())
        : "";
  }

  private String liveness(Optional<MachineSummary> machine) {
    if (machine.isEmpty()) {
      return "";
    }
    Liveness liveness = machine.get().liveness();
    return liveness == Liveness.RESPONSIVE
        ? liveness.text()
        : liveness.text() + " " + age(machine.get().livenessSince());
  }

  private String note(DomainSnapshot domain) {
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

  private String operation(DomainSnapshot.OperationSummary operation) {
    return operation.verb() + " by " + operation.actor() + " for " + age(operation.since());
  }

  private String restart(DomainSnapshot.RestartSummary restart) {
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

  private String moment(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS) + " (" + age(moment) + " ago)";
  }

  private String age(Instant since) {
    return age(since, now);
  }

  private static String age(Instant from, Instant to) {
    return Age.text(Duration.between(from, to));
  }
}
