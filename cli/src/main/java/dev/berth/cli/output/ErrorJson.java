package dev.berth.cli.output;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.json.Json;
import java.util.List;

/** Errors for programs: {@code {"error": {"code": …, "exitCode": …, "message": …}}}. */
public final class ErrorJson {

  private ErrorJson() {}

  /** An error of the host's or the caller's; that of a definition has {@code problems} as well. */
  public static ObjectNode write(BerthException error) {
    ObjectNode node =
        write(error.code().text(), error.code().exitCode(), String.valueOf(error.getMessage()));
    if (error instanceof InvalidDefinitionException invalid) {
      node.withObject("/error").set("problems", problems(invalid.problems()));
    }
    return node;
  }

  /** An error of usage, or of {@code vmctl} itself. */
  public static ObjectNode write(String code, int exitCode, String message) {
    ObjectNode node = Json.object();
    node.putObject("error").put("code", code).put("exitCode", exitCode).put("message", message);
    return node;
  }

  /** The problems of a definition. */
  public static ArrayNode problems(List<Problem> problems) {
    ArrayNode array = Json.array();
    for (Problem problem : problems) {
      array
          .addObject()
          .put("path", problem.path())
          .put("line", problem.line())
          .put("column", problem.column())
          .put("message", problem.message());
    }
    return array;
  }
}
