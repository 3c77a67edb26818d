package dev.berth.cli;

import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/** {@code vmctl dump}. */
final class DumpCommand implements Command {
  private static final List<String> FORMATS =
      Arrays.stream(MemoryDump.Format.values()).map(MemoryDump.Format::text).toList();

  private final Parameter<MemoryDump.Format> format;
  private final Parameter<Boolean> replace;
  private final Parameter<String> key;
  private final Parameter<Duration> timeout;
  private final Parameter<Boolean> noWait;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> file;

  DumpCommand(Parameters parameters) {
    format =
        parameters.option(
            "--format",
            "FORMAT",
            DumpCommand::format,
            FORMATS,
            "What to write: " + String.join(", ", FORMATS) + ". Default: elf");
    replace = parameters.flag("--replace", "Replace a file that is there.");
    key =
        parameters.option(
            "--key", "KEY", text -> text, "The same call with the same key gives the same job.");
    timeout =
        parameters.option(
            "--timeout",
            "DURATION",
            DurationArgument::parse,
            "1h",
            "How long to wait for the file; the job goes on after that.");
    noWait = parameters.flag("--no-wait", "Print the job and do not wait for it.");
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    file = parameters.second("FILE", "Where to, on the host.");
  }

  private static MemoryDump.Format format(String word) {
    return MemoryDump.Format.of(word)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + word + "' is none of " + String.join(", ", FORMATS)));
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    MemoryDump dump =
        new MemoryDump(
            session.environment().workingDirectory().resolve(file.value()),
            format.given().orElse(MemoryDump.Format.ELF),
            replace.value() ? MemoryDump.Existing.REPLACE : MemoryDump.Existing.REFUSE);
    Job job =
        session
            .host()
            .dumpMemory(
                DomainRef.of(name.value()), dump, new JobOptions(key.given()), deadline.options());
    if (!noWait.value() && !job.status().state().isEnded()) {
      job = new JobWatch(session).await(job, timeout.value());
    }
    return JobResult.print(session, job);
  }
}
