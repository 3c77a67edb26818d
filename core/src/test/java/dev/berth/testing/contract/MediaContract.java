package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Media come into drives and leave them, while the machine runs or without one. */
public interface MediaContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aMediumComesAndGoesWhileTheMachineRuns(@TempDir Path images) throws Exception {
    aDriveOf("");
    rig().start(StartMode.PAUSED);
    long before = rig().host().eventRange().newest();
    Path medium = image(images, "first.iso");
    Path other = image(images, "second.iso");
    assertThat(source()).isEmpty();

    assertThat(insert(medium, EditScope.BOTH).effect()).isEqualTo(VerbResult.Effect.CHANGED);

    assertThat(source()).contains(medium.toString());
    assertThat(definition()).contains(medium.toString());
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().errorOf(host -> insert(other, EditScope.BOTH)))
        .isEqualTo(InvalidStateException.class);
    assertThat(definition()).doesNotContain(other.toString());

    eject(EditScope.BOTH);
    assertThat(source()).isEmpty();
    assertThat(definition()).doesNotContain(medium.toString());
    assertThat(rig().errorOf(host -> eject(EditScope.LIVE))).isEqualTo(InvalidStateException.class);
    insert(other, EditScope.BOTH);
    assertThat(source()).contains(other.toString());
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.Adjusted("medium", "cd", medium.toString()),
            new EventBody.Adjusted("medium", "cd", "none"),
            new EventBody.Adjusted("medium", "cd", other.toString()));
  }

  @Test
  default void aMediumOfTheMachineAloneIsInNoDefinition(@TempDir Path images) {
    Path defined = image(images, "first.iso");
    aDriveOf(", file: " + defined);
    rig().start(StartMode.PAUSED);

    eject(EditScope.LIVE);
    assertThat(source()).isEmpty();
    assertThat(definition()).contains(defined.toString());

    Path other = image(images, "second.iso");
    insert(other, EditScope.LIVE);
    assertThat(source()).contains(other.toString());
    assertThat(definition()).contains(defined.toString()).doesNotContain(other.toString());
  }

  @Test
  default void withoutAMachineTheDefinitionHasTheMedium(@TempDir Path images) {
    aDriveOf("");
    Path medium = image(images, "first.iso");

    assertThat(insert(medium, EditScope.BOTH).effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(insert(medium, EditScope.CONFIG).effect()).isEqualTo(VerbResult.Effect.ALREADY);
    assertThat(source()).contains(medium.toString());
    assertThat(rig().errorOf(host -> eject(EditScope.LIVE))).isEqualTo(InvalidStateException.class);
    eject(EditScope.CONFIG);
    assertThat(source()).isEmpty();
  }

  @Test
  default void whatIsNoDriveTakesNoMedium(@TempDir Path images) {
    rig()
        .define(
            "name: web\nmemory: 64MiB\ndisks:\n- {name: cd, format: raw, file: "
                + image(images, "disk.raw")
                + "}\n",
            new DefineCondition.Always());
    Path medium = image(images, "first.iso");

    assertThat(rig().errorOf(host -> insert(medium, EditScope.CONFIG)))
        .isEqualTo(InvalidRequestException.class);
    assertThat(rig().errorOf(host -> eject(EditScope.CONFIG)))
        .isEqualTo(InvalidRequestException.class);
    rig().start(StartMode.PAUSED);
    assertThat(rig().errorOf(host -> insert(medium, EditScope.LIVE)))
        .isEqualTo(InvalidRequestException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.ejectMedium(
                            WEB, "none", Ejection.FORCED, EditScope.BOTH, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  private void aDriveOf(String source) {
    rig().webIs(DomainState.SHUTOFF);
    rig()
        .define(
            "name: web\nmemory: 64MiB\ndisks:\n- {name: cd, device: cdrom, format: raw"
                + source
                + "}\n",
            new DefineCondition.Always());
  }

  private VerbResult insert(Path medium, EditScope scope) {
    return rig()
        .host()
        .insertMedium(WEB, "cd", medium, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private VerbResult eject(EditScope scope) {
    return rig()
        .host()
        .ejectMedium(WEB, "cd", Ejection.ASKED, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private Optional<String> source() {
    return rig().host().disks(WEB).stream().findFirst().flatMap(DiskSummary::source);
  }

  private String definition() {
    return rig().host().definition(WEB).json();
  }

  private static Path image(Path images, String name) {
    try {
      return Files.write(images.resolve(name), new byte[1 << 20]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
