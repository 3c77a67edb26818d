package dev.berth.cli;

import dev.berth.cli.output.Output;
import dev.berth.definition.DefinitionDiff;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainSnapshot;
import dev.berth.error.NotFoundException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code vmctl up}. The only command that makes several calls, because it is the first that anybody
 * types: what is wrong with the file is told before a daemon is started, and what happened is told
 * as one result.
 */
final class UpCommand implements Command {
  private final Parameter<Integer> lines;
  private final Parameter<Duration> linesWithin;
  private final ResourceOptions given;
  private final Parameters.Deadline deadline;
  private final Parameter<String> file;

  UpCommand(Parameters parameters) {
    lines =
        parameters.option(
            "--lines",
            "N",
            Parameters::count,
            "5",
            "Show at most that many of the first console lines; 0 shows none.");
    linesWithin =
        parameters.option(
            "--lines-within",
            "DURATION",
            DurationArgument::parse,
            "30s",
            "How long to wait for those lines.");
    given = new ResourceOptions(parameters);
    deadline = parameters.deadline();
    file = parameters.argument(DefinitionFile.LABEL, DefinitionFile.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DefinitionDocument document = DefinitionFile.read(file.value(), session.environment());
    DomainDefinition wanted = DefinitionReader.read(document);
    try (Resources resources = given.open(session.environment())) {
      return run(session, document, wanted, resources);
    }
  }

  private int run(
      Session session, DefinitionDocument document, DomainDefinition wanted, Resources resources)
      throws IOException, InterruptedException {
    VmHost host = session.hostOrNewDaemon();
    DomainRef domain = DomainRef.of(wanted.name());

    List<String> changedKeys = changedKeys(host, domain, wanted);
    DefineResult defined = host.define(document, new DefineCondition.Always());
    if (defined.snapshot().definition().pending()) {
      print(session.output(), new UpResult(defined, Optional.empty(), changedKeys));
      return ExitCodes.OK;
    }
    ConsoleOpening console = new ConsoleOpening(host, domain);
    VerbResult started = host.start(domain, StartMode.RUNNING, resources, deadline.options());
    print(session.output(), new UpResult(defined, Optional.of(started), changedKeys));
    if (started.effect() == VerbResult.Effect.CHANGED && isWatched(session.output())) {
      console.print(session.output(), lines.value(), linesWithin.value());
    }
    return ExitCodes.OK;
  }

  /** What the document changes of the definition there is; nothing when there is none. */
  private static List<String> changedKeys(VmHost host, DomainRef domain, DomainDefinition wanted) {
    DomainSnapshot present;
    String json;
    try {
      present = host.domain(domain);
      json = host.definition(domain).json();
    } catch (NotFoundException isNew) {
      return List.of();
    }
    DomainDefinition before =
        DefinitionReader.read(new DefinitionDocument(json, domain.toString(), Path.of("/")));
    DomainDefinition after = wanted.uuid().isPresent() ? wanted : wanted.withUuid(present.uuid());
    return DefinitionDiff.changedKeys(before, after);
  }

  private static void print(Output output, UpResult result) throws IOException {
    output.result(result::document, result::sentence);
  }

  private static boolean isWatched(Output output) {
    return output.isForPeople() && !output.isQuiet();
  }
}
