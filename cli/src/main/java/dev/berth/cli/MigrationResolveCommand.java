package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestOwner;
import dev.berth.host.VerbResult;
import java.io.IOException;

/** {@code vmctl migration resolve}. */
final class MigrationResolveCommand implements Command {
  private final Parameter<GuestOwner> owner;
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  MigrationResolveCommand(Parameters parameters) {
    owner =
        parameters.required(
            "--owner",
            "HOST",
            MigrationResolveCommand::owner,
            "'this' when the guest is to go on here: see first that the other host's QEMU has"
                + " ended. 'other' when it goes on there.");
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
  }

  private static GuestOwner owner(String text) {
    return switch (text) {
      case "this" -> GuestOwner.THIS_HOST;
      case "other" -> GuestOwner.OTHER_HOST;
      default -> throw new IllegalArgumentException("use this or other");
    };
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    VerbResult result =
        session
            .host()
            .migrations()
            .resolve(DomainRef.of(name.value()), owner.value(), deadline.options());
    session
        .output()
        .result(() -> ResultCodec.write(result), () -> result.snapshot().name() + ": decided");
    return ExitCodes.OK;
  }
}
