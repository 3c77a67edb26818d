package dev.berth.cli.output;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.MachineSummary;
import dev.berth.job.Job;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Everything about one domain, for people. */
public final class DomainPage {
  private static final int LABEL_WIDTH = 12;

  private final DomainText words;
  private final Colour colour;

  /** A page with ages as of that moment. */
  public DomainPage(Instant now, Colour colour) {
    this.words = new DomainText(now);
    this.colour = colour;
  }

  /** The page of a domain with those jobs under way, without its last line's end. */
  public String of(DomainSnapshot domain, List<Job> jobs) {
    StringBuilder page = new StringBuilder();
    DomainStatus status = domain.status();
    line(page, "Name", domain.name().text());
    line(page, "UUID", domain.uuid().toString());
    line(page, "State", colour.paint(status.state(), status.state().text()) + why(status));
    line(page, "Since", words.moment(status.since()));
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
    domain.operation().ifPresent(operation -> line(page, "Operation", words.operation(operation)));
    jobs.forEach(job -> line(page, "Job", job(job)));
    domain.restart().ifPresent(restart -> line(page, "Restart", words.restart(restart)));
    line(
        page,
        "Generation",
        domain.generation() + ", published " + words.moment(domain.publishedAt()));
    page.setLength(page.length() - 1);
    return page.toString();
  }

  private String job(Job job) {
    String progress = JobProgress.text(job);
    return job.id()
        + ", "
        + job.target().kind().text()
        + (job.target().subject().isEmpty()
            ? ""
            : " '" + Printable.line(job.target().subject()) + "'")
        + ", "
        + Printable.line(job.status().phase())
        + (progress.isEmpty() ? "" : " " + progress)
        + ", since "
        + words.moment(job.origin().since());
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
            + words.age(machine.livenessSince()));
    line(
        page,
        "Accelerator",
        machine.accelerator() + " (" + Printable.line(machine.acceleratorReason()) + ")");
    line(page, "Agent", machine.agent().text());
    machine.touched().ifPresent(touch -> line(page, "By hand", words.touch(touch)));
    machine
        .lostShares()
        .forEach(
            share ->
                line(
                    page,
                    "Lost share",
                    Printable.line(share) + " (its virtiofsd has ended; back at the next boot)"));
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
}
