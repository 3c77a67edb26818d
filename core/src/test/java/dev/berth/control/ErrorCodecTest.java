package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.berth.error.QemuRefusedException;
import dev.berth.error.ResourcesMissingException;
import dev.berth.error.StorageFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ErrorCodecTest {
  static Stream<BerthException> errors() {
    var values = new RandomValues(7);
    return Stream.of(
        new InvalidDefinitionException(values.text(), values.problems()),
        new NotFoundException(values.text()),
        new AlreadyExistsException(values.text()),
        new ConflictException(values.text()),
        new InvalidStateException(values.text()),
        new BusyException(values.text()),
        new BusyException(values.text(), "3f9c0a7d51e2"),
        new UnsupportedException(values.text()),
        new QemuRefusedException(values.text(), values.text(), values.text()),
        new OutcomeUnknownException(values.text()),
        new MachineLostException(values.text()),
        new MachineStalledException(values.text()),
        new DeadlineExceededException(values.text()),
        new HostFailureException(values.text()),
        new StorageFailureException(values.text()),
        new HostUnreachableException(values.text()),
        new InvalidRequestException(values.text()),
        new AccessDeniedException(values.text()),
        new ResourcesMissingException(
            values.text(), List.of(values.text(), values.text()), List.of(values.text())));
  }

  @Test
  void everyCodeHasItsErrorHere() {
    assertThat(errors().map(BerthException::code).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(ErrorCode.values());
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorArrivesAsWhatItWas(BerthException error) throws Exception {
    ObjectNode written = ErrorCodec.write(RpcCode.CALL_FAILED, error);

    BerthException read = ErrorCodec.read(Json.read(Json.bytes(written)));

    assertThat(read).hasSameClassAs(error).hasMessage(error.getMessage());
    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFields("stackTrace", "suppressedExceptions", "cause")
        .isEqualTo(error);
  }

  @Test
  void anErrorOfANewerHostIsAHostFailureThatNamesItsCode() {
    ObjectNode written = ErrorCodec.write(RpcCode.CALL_FAILED, new NotFoundException("gone"));
    ((ObjectNode) written.get("data")).put("code", "out-of-luck");
    assertThat(ErrorCodec.read(written))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("gone")
        .hasMessageContaining("out-of-luck");
  }

  @Test
  void anErrorWithoutDetailsIsStillOne() {
    assertThat(ErrorCodec.read(Json.object())).isInstanceOf(HostFailureException.class);
    ObjectNode bare = Json.object();
    bare.putObject("data").put("code", "invalid-definition");
    assertThat(ErrorCodec.read(bare)).isInstanceOf(InvalidDefinitionException.class);
  }
}
