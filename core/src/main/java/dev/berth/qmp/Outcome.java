package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.MalformedReplyException;
import org.jspecify.annotations.Nullable;

/**
 * How a command ended. A value rather than an exception, so that the error is made where it is
 * received: its stack trace then shows the caller, not the selector thread.
 */
sealed interface Outcome {

  /** What the caller of that command gets. */
  <R extends @Nullable Object> R result(QmpCommand<R> command) throws BerthException;

  /** QEMU did it. */
  record Returned(JsonNode value) implements Outcome {
    @Override
    public <R extends @Nullable Object> R result(QmpCommand<R> command) {
      try {
        return command.decode(value);
      } catch (MalformedReplyException e) {
        throw new OutcomeUnknownException(
            "QEMU carried out '"
                + command.command()
                + "', but its reply cannot be read: "
                + e.getMessage()
                + ". Query the state before doing anything else.",
            e);
      }
    }
  }

  /** QEMU said no. */
  record Refused(String errorClass, String description) implements Outcome {
    @Override
    public <R extends @Nullable Object> R result(QmpCommand<R> command) {
      throw new QemuRefusedException(command.command(), errorClass, description);
    }
  }

  /** The connection ended first, after the command had been sent at least in part. */
  record CutOff(QmpDisconnect disconnect) implements Outcome {
    @Override
    public <R extends @Nullable Object> R result(QmpCommand<R> command) {
      throw new OutcomeUnknownException(
          "The connection to QEMU ended before it answered '"
              + command.command()
              + "': "
              + disconnect.message()
              + ". It may have been carried out.",
          disconnect.cause());
    }
  }

  /** The connection ended first, before anything of the command had been sent. */
  record NeverSent(QmpDisconnect disconnect) implements Outcome {
    @Override
    public <R extends @Nullable Object> R result(QmpCommand<R> command) {
      throw new MachineLostException(
          "Cannot send '"
              + command.command()
              + "' to QEMU: the connection has ended: "
              + disconnect.message()
              + ".",
          disconnect.cause());
    }
  }

  /** The command was withdrawn unsent because its file descriptor had been closed meanwhile. */
  record DescriptorClosed() implements Outcome {
    @Override
    public <R extends @Nullable Object> R result(QmpCommand<R> command) {
      throw new InvalidRequestException(
          "Cannot send '"
              + command.command()
              + "' to QEMU: its file descriptor is closed. Keep it open until the command ends.");
    }
  }
}
