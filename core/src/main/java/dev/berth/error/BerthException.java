package dev.berth.error;

import dev.berth.api.Api;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Root of every error that Berth reports. The class answers one question: what can the caller do?
 *
 * <pre>
 * BerthException
 * ├── InvalidDefinitionException   mend the document: every problem at once, with line and column
 * ├── InvalidRequestException      mend the call: an argument that no state would accept
 * ├── NotFoundException            there is no such domain
 * ├── AlreadyExistsException       choose another name or UUID
 * ├── ConflictException            somebody changed it first: read again, then decide
 * ├── InvalidStateException        legal in another state (names the actual and the allowed ones)
 * ├── BusyException                legal later: names what is in the way, and since when
 * ├── UnsupportedException         this QEMU or host lacks it: since, removed in, use instead
 * ├── QemuRefusedException         QEMU said no: command, class and its own words
 * ├── OutcomeUnknownException      it may or may not have happened: query before anything else
 * ├── MachineLostException         the QEMU process is gone
 * ├── MachineStalledException      QEMU does not answer: wait with a deadline, or destroy
 * ├── DeadlineExceededException    the caller's own deadline passed
 * ├── HostFailureException         the host lacks something: files, ports, memory, a QEMU binary
 * ├── StorageFailureException      the store could not make the change durable; nothing changed
 * ├── HostUnreachableException     no daemon answers there
 * ├── AccessDeniedException        the host does not let this user do that
 * └── ResourcesMissingException    give what the domain needs: which descriptors, which secrets
 * </pre>
 *
 * A message says what failed, for which thing, why, and what to do.
 */
@Api(since = "0.1")
public abstract sealed class BerthException extends RuntimeException
    permits InvalidDefinitionException,
        InvalidRequestException,
        NotFoundException,
        AlreadyExistsException,
        ConflictException,
        InvalidStateException,
        BusyException,
        UnsupportedException,
        QemuRefusedException,
        OutcomeUnknownException,
        MachineLostException,
        MachineStalledException,
        DeadlineExceededException,
        HostFailureException,
        StorageFailureException,
        HostUnreachableException,
        AccessDeniedException,
        ResourcesMissingException {

  private static final long serialVersionUID = 1;

  private final ErrorCode code;

  BerthException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(Objects.requireNonNull(message), cause);
    this.code = code;
  }

  /** The stable code of this class of error. */
  public final ErrorCode code() {
    return code;
  }
}
