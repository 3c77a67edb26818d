package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.definition.DefinitionDocument;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** {@code vmctl define}. */
final class DefineCommand implements Command {
  private final Parameter<Boolean> ifAbsent;
  private final Parameter<Long> ifRevision;
  private final Parameter<String> file;

  DefineCommand(Parameters parameters) {
    ifAbsent = parameters.flag("--if-absent", "Only create: fail when the domain exists.");
    ifRevision =
        parameters.option(
            "--if-revision",
            "N",
            Parameters::number,
            "Only replace exactly that revision: fail when somebody changed it since.");
    file = parameters.argument(DefinitionFile.LABEL, DefinitionFile.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DefinitionDocument document = DefinitionFile.read(file.value(), session.environment());
    DefineResult result = session.host().define(document, condition());
    session.output().result(() -> ResultCodec.write(result), () -> sentence(result));
    return ExitCodes.OK;
  }

  private DefineCondition condition() {
    Optional<Long> revision = ifRevision.given();
    if (ifAbsent.value() && revision.isPresent()) {
      throw new UsageException(
          "--if-absent and --if-revision cannot both hold. Give only one of them.");
    }
    if (ifAbsent.value()) {
      return new DefineCondition.Absent();
    }
    return revision.isPresent()
        ? new DefineCondition.Revision(revision.get())
        : new DefineCondition.Always();
  }

  /** For example {@code web-1: replaced, revision 3; pending: takes effect at the next boot}. */
  static String sentence(DefineResult result) {
    return result.snapshot().name()
        + ": "
        + result.effect().name().toLowerCase(Locale.ROOT)
        + ", revision "
        + result.snapshot().definition().revision()
        + (result.snapshot().definition().pending()
            ? "; pending: takes effect at the next boot"
            : "");
  }
}
