package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.output.ErrorJson;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code vmctl validate}. Asks no host. */
final class ValidateCommand implements Command {
  private final Parameter<List<String>> files;

  ValidateCommand(Parameters parameters) {
    files = parameters.arguments("1..*", DefinitionFile.LABEL, DefinitionFile.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException {
    int worst = ExitCodes.OK;
    for (String file : files.value()) {
      worst = Math.max(worst, validate(file, session));
    }
    return worst;
  }

  private static int validate(String file, Session session) throws IOException {
    Output output = session.output();
    try {
      DomainDefinition definition =
          DefinitionReader.read(DefinitionFile.read(file, session.environment()));
      output.item(
          () -> verdict(file, List.of()), () -> file + ": valid, domain " + definition.name());
      return ExitCodes.OK;
    } catch (InvalidDefinitionException invalid) {
      output.item(
          () -> verdict(file, invalid.problems()),
          () -> Printable.lines(String.valueOf(invalid.getMessage())));
      return invalid.code().exitCode();
    } catch (BerthException unreadable) {
      return ErrorReport.print(output, unreadable);
    }
  }

  /** {@code {"file": …, "valid": …, "problems": […]}}. */
  private static ObjectNode verdict(String file, List<Problem> problems) {
    ObjectNode verdict = Json.object();
    verdict.put("file", file).put("valid", problems.isEmpty());
    verdict.set("problems", ErrorJson.problems(problems));
    return verdict;
  }
}
