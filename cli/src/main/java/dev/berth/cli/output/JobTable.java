package dev.berth.cli.output;

import dev.berth.domain.DomainName;
import dev.berth.domain.DurationText;
import dev.berth.job.Job;
import dev.berth.job.MigrationResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Jobs for people. */
public final class JobTable {
  private static final int LABEL_WIDTH = 12;

  private JobTable() {}

  /** A row for each job. */
  public static String rows(List<Job> jobs, Instant now) {
    Table table =
        new Table("ID", "KIND", "DOMAIN", "SUBJECT", "STATE", "PHASE", "AGE", "PROGRESS", "DETAIL");
    for (Job job : jobs) {
      table.row(
          Table.cell(job.id().text()),
          Table.cell(job.target().kind().text()),
          Table.cell(job.target().name().map(DomainName::text).orElse("")),
          Table.cell(Printable.line(job.target().subject())),
          Table.cell(job.status().state().text()),
          Table.cell(Printable.line(job.status().phase())),
          Table.cell(Age.text(Duration.between(job.origin().since(), now))),
          Table.cell(job.status().state().isEnded() ? "" : JobProgress.text(job)),
          Table.cell(Printable.line(job.status().detail())));
    }
    return table.withoutEmptyColumns().lines();
  }

  /** For example {@code web-1: detach-disk 'data' succeeded (removed), job 3f9c0a7d51e2}. */
  public static String sentence(Job job) {
    String detail = Printable.line(job.status().detail());
    return job.target().name().map(name -> name + ": ").orElse("")
        + job.target().kind().text()
        + (job.target().subject().isEmpty()
            ? ""
            : " '" + Printable.line(job.target().subject()) + "'")
        + " "
        + job.status().state().text()
        + " ("
        + Printable.line(job.status().phase())
        + "), job "
        + job.id()
        + (detail.isEmpty() ? "" : ": " + detail);
  }

  /** Everything about one job, without the last line's end. */
  public static String page(Job job, Instant now) {
    StringBuilder page = new StringBuilder();
    line(page, "Job", job.id().text());
    line(page, "Kind", job.target().kind().text());
    job.target()
        .name()
        .ifPresent(
            name -> line(page, "Domain", name + " (" + job.target().domain().orElseThrow() + ")"));
    line(page, "Subject", Printable.line(job.target().subject()));
    line(page, "State", job.status().state().text());
    line(page, "Phase", Printable.line(job.status().phase()));
    line(page, "Progress", JobProgress.text(job));
    line(page, "Detail", Printable.line(job.status().detail()));
    MigrationResult.of(job).ifPresent(result -> result(page, result));
    line(page, "Asked by", Printable.line(job.origin().actor()));
    job.origin().key().ifPresent(key -> line(page, "Key", key));
    line(page, "Since", moment(job.origin().since(), now));
    job.status().endedAt().ifPresent(at -> line(page, "Ended", moment(at, now)));
    page.setLength(page.length() - 1);
    return page.toString();
  }

  private static void result(StringBuilder page, MigrationResult result) {
    result.downtime().ifPresent(time -> line(page, "Stood for", time.toMillis() + " ms"));
    result.total().ifPresent(time -> line(page, "Took", DurationText.print(time)));
    result.bytes().ifPresent(count -> line(page, "Sent", count + " bytes"));
    result.rounds().ifPresent(count -> line(page, "Rounds", Long.toString(count)));
  }

  private static String moment(Instant moment, Instant now) {
    return moment.truncatedTo(ChronoUnit.SECONDS)
        + " ("
        + Age.text(Duration.between(moment, now))
        + " ago)";
  }

  private static void line(StringBuilder page, String label, String value) {
    if (!value.isEmpty()) {
      page.append(label)
          .append(':')
          .append(" ".repeat(LABEL_WIDTH - label.length()))
          .append(value)
          .append('\n');
    }
  }
}
