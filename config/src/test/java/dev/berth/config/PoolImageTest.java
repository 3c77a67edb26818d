package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.backup.BackupName;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.BackupRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageRecipe;
import dev.berth.image.PoolName;
import dev.berth.job.JobId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Machines of real QEMUs whose disks name images of pools. */
final class PoolImageTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final ImageName ROOT = ImageName.of("fast/root.qcow2");
  private static final ImageName DATA = ImageName.of("fast/data.raw");

  @Test
  void aMachineIsStartedAndAttachedAndBackedUpFromImagesOfAPool() throws Exception {
    Path pool = Files.createDirectory(directory.resolve("pool")).toRealPath();
    Path backups = Files.createDirectory(directory.resolve("backups"));
    try (VmHost host = home.open()) {
      host.images().createPool(new PoolName("fast"), pool);
      create(host, ROOT, ImageFormat.QCOW2);
      create(host, DATA, ImageFormat.RAW);
      home.define(
          host, "vm", "memory: 64MiB", "disks:", "  - {name: root, image: fast/root.qcow2}");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      host.attachDisk(
          VM,
          new DefinitionDocument("{name: data, image: fast/data.raw}", "disk.yaml", directory),
          EditScope.BOTH,
          CallOptions.none());

      assertThat(
              host.qmp(VM, QmpRequest.of("query-named-block-nodes", "{\"flat\": true}"), PATIENT))
          .contains("root-format", "data-format", "\"drv\":\"qcow2\"", "\"drv\":\"raw\"");
      assertThat(host.disks(VM))
          .extracting(disk -> disk.source().orElseThrow())
          .containsExactly(
              pool.resolve("root.qcow2").toString(), pool.resolve("data.raw").toString());
      assertInUse(host, ROOT);
      assertInUse(host, DATA);
    }
    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      assertInUse(host, ROOT);
      host.destroy(VM, Duration.ofSeconds(60), CallOptions.none());
      assertThatThrownBy(() -> host.images().deletePool(new PoolName("fast")))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("the definition of domain 'vm'");
      JobId backup =
          host.backups()
              .create(
                  VM,
                  BackupRequest.to(backups, new BackupName("first")),
                  JobOptions.none(),
                  PATIENT)
              .id();
      assertThat(host.awaitJob(backup, TestHome.PATIENCE).status().phase()).isEqualTo("complete");
      home.define(host, "vm", "memory: 64MiB", "disks:", "  - {name: root, image: fast/rot.qcow2}");
      assertThatThrownBy(() -> host.start(VM, StartMode.PAUSED, CallOptions.none()))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContainingAll("disks[0].image", "did you mean 'fast/root.qcow2'?");
      host.images().delete(DATA, PATIENT);
    }
  }

  private static void create(VmHost host, ImageName image, ImageFormat format) throws Exception {
    ImageOrigin empty = new ImageOrigin.Empty(ByteSize.mebibytes(8), ImageOrigin.Preallocation.OFF);
    JobId job =
        host.images()
            .create(image, ImageRecipe.of(empty).as(format), JobOptions.none(), PATIENT)
            .id();
    assertThat(host.awaitJob(job, TestHome.PATIENCE).status().phase()).isEqualTo("complete");
  }

  private static void assertInUse(VmHost host, ImageName image) {
    assertThatThrownBy(() -> host.images().delete(image, PATIENT))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("domain 'vm'");
  }
}
