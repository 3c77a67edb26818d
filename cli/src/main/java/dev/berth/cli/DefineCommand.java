package dev.berth.cli;

import dev.berth.control.ResultCodec;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code vmctl define}. */
final class DefineCommand implements Command {
  private final Parameter<Boolean> ifAbsent;
  private final Parameter<Long> ifRevision;
  private final Parameter<List<String>> files;

  DefineCommand(Parameters parameters) {
    ifAbsent = parameters.flag("--if-absent", "Only create: fail when the domain exists.");
    ifRevision =
        parameters.option(
            "--if-revision",
            "N",
            Parameters::number,
            "Only replace exactly that revision: fail when somebody changed it since.");
    files = parameters.arguments("1..*", DefinitionFile.LABEL, DefinitionFile.DESCRIPTION);
  }

  /** A failure is reported and does not keep the other files from their turn. */
  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DefineCondition condition = condition();
    int worst = ExitCodes.OK;
    for (String file : files.value()) {
      try {
        DefinitionDocument document = DefinitionFile.read(file, session.environment());
        DefineResult result = session.host().define(document, condition);
        session.output().item(() -> ResultCodec.write(result), () -> sentence(result));
      } catch (HostUnreachableException gone) {
        throw gone;
      } catch (BerthException failure) {
        worst = Math.max(worst, ErrorReport.print(session.output(), failure));
      }
    }
    return worst;
  }

  private DefineCondition condition() {
    Optional<Long> revision = ifRevision.given();
    if (ifAbsent.value() && revision.isPresent()) {
      throw new UsageException(
          "--if-absent and --if-revision cannot both hold. Give only one of them.");
    }
    if (revision.isPresent() && files.value().size() > 1) {
      throw new UsageException("--if-revision is about one domain: give one file with it.");
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
