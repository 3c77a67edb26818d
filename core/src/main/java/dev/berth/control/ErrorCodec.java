package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.ErrorCode;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.NotFoundException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.Problem;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.ResourcesMissingException;
import dev.berth.error.StorageFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Errors as the {@code error} object of a JSON-RPC reply: {@code code} is JSON-RPC's, {@code
 * data.code} is the {@link ErrorCode} that clients decide by.
 *
 * <p>A code that this version does not know becomes a {@link HostFailureException} that names it.
 */
final class ErrorCodec {
  private static final String QEMU = "qemu";
  private static final String GUEST_AGENT = "guest-agent";

  private ErrorCodec() {}

  static ObjectNode write(RpcCode rpcCode, BerthException error) {
    ObjectNode node = Json.object();
    node.put("code", rpcCode.number());
    node.put("message", error.getMessage());
    ObjectNode data = node.putObject("data");
    data.put("code", error.code().text());
    if (error instanceof InvalidDefinitionException invalid) {
      data.put("origin", invalid.origin());
      ArrayNode problems = data.putArray("problems");
      invalid.problems().forEach(problem -> problems.add(problem(problem)));
    } else if (error instanceof QemuRefusedException refused) {
      data.put("command", refused.command());
      data.put("errorClass", refused.errorClass());
      data.put("by", refused.isByGuestAgent() ? GUEST_AGENT : QEMU);
      data.put("description", refused.description());
    } else if (error instanceof BusyException busy) {
      busy.job().ifPresent(job -> data.put("job", job));
    } else if (error instanceof ResourcesMissingException missing) {
      missing.descriptors().forEach(data.putArray("descriptors")::add);
      missing.secrets().forEach(data.putArray("secrets")::add);
    }
    return node;
  }

  static BerthException read(JsonNode error) {
    String message = Json.optionalText(error, "message").orElse("the host gave no message");
    JsonNode data = error.path("data");
    String codeText = Json.optionalText(data, "code").orElse("none");
    Optional<ErrorCode> code = ErrorCode.of(codeText);
    if (code.isEmpty()) {
      return new HostFailureException(
          message + " (error code '" + codeText + "', which this client does not know)");
    }
    return switch (code.get()) {
      case INVALID_DEFINITION -> invalidDefinition(message, data);
      case NOT_FOUND -> new NotFoundException(message);
      case ALREADY_EXISTS -> new AlreadyExistsException(message);
      case CONFLICT -> new ConflictException(message);
      case INVALID_STATE -> new InvalidStateException(message);
      case BUSY ->
          Json.optionalText(data, "job")
              .map(job -> new BusyException(message, job))
              .orElseGet(() -> new BusyException(message));
      case UNSUPPORTED -> new UnsupportedException(message);
      case REFUSED_BY_QEMU -> refused(message, data);
      case OUTCOME_UNKNOWN -> new OutcomeUnknownException(message);
      case MACHINE_LOST -> new MachineLostException(message);
      case MACHINE_STALLED -> new MachineStalledException(message);
      case DEADLINE_EXCEEDED -> new DeadlineExceededException(message);
      case HOST_FAILURE -> new HostFailureException(message);
      case STORAGE_FAILURE -> new StorageFailureException(message);
      case HOST_UNREACHABLE -> new HostUnreachableException(message);
      case INVALID_REQUEST -> new InvalidRequestException(message);
      case ACCESS_DENIED -> new AccessDeniedException(message);
      case RESOURCES_MISSING ->
          new ResourcesMissingException(
              message, texts(data, "descriptors"), texts(data, "secrets"));
    };
  }

  private static ObjectNode problem(Problem problem) {
    ObjectNode node = Json.object();
    node.put("path", problem.path());
    node.put("line", problem.line());
    node.put("column", problem.column());
    node.put("message", problem.message());
    return node;
  }

  private static InvalidDefinitionException invalidDefinition(String message, JsonNode data) {
    String origin = Json.optionalText(data, "origin").orElse("<input>");
    List<Problem> problems =
        data.path("problems").isArray()
            ? Json.array(data, "problems").stream().map(ErrorCodec::problem).toList()
            : List.of();
    return new InvalidDefinitionException(
        origin, problems.isEmpty() ? List.of(Problem.at("", message)) : problems);
  }

  private static Problem problem(JsonNode node) {
    return new Problem(
        Json.optionalText(node, "path").orElse(""),
        (int) Json.optionalNumber(node, "line").orElse(0),
        (int) Json.optionalNumber(node, "column").orElse(0),
        Json.optionalText(node, "message").orElse(""));
  }

  private static List<String> texts(JsonNode data, String member) {
    List<String> texts = new ArrayList<>();
    data.path(member).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static QemuRefusedException refused(String message, JsonNode data) {
    String command = Json.optionalText(data, "command").orElse("unknown");
    String errorClass = Json.optionalText(data, "errorClass").orElse("unknown");
    String description = Json.optionalText(data, "description").orElse(message);
    return Json.optionalText(data, "by").filter(GUEST_AGENT::equals).isPresent()
        ? QemuRefusedException.byGuestAgent(command, errorClass, description)
        : new QemuRefusedException(command, errorClass, description);
  }
}
