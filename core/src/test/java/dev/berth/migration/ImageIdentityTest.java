package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.migration.ImageIdentity.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a file at one host is that of another, by what both say of it. */
final class ImageIdentityTest {
  private static final Path FILE = Path.of("/srv/images/web.raw");

  @TempDir Path directory;

  @Test
  void onOneMachineItIsByItsNumbers() {
    assertThat(of(7, 131, "").obstacle(Place.SAME_MACHINE, of(7, 131, ""))).isEmpty();
    assertThat(of(7, 131, "").obstacle(Place.SAME_MACHINE, of(8, 131, ""))).isPresent();
    assertThat(of(7, 131, "").obstacle(Place.SAME_MACHINE, of(7, 132, ""))).isPresent();
  }

  @Test
  void machinesThatAreCopiesOfEachOtherHaveNotTheSameFiles() {
    assertThat(of(7, 131, "").obstacle(Place.ANOTHER_MACHINE, of(7, 131, "")))
        .hasValueSatisfying(why -> assertThat(why).contains("storage of its host alone"));
  }

  @Test
  void acrossMachinesItIsByTheShareAndItsNumberThere() {
    ImageIdentity shared = of(40, 131, "nas:/images");

    assertThat(shared.obstacle(Place.ANOTHER_MACHINE, of(51, 131, "nas:/images"))).isEmpty();
    assertThat(shared.obstacle(Place.ANOTHER_MACHINE, of(40, 132, "nas:/images"))).isPresent();
    assertThat(shared.obstacle(Place.ANOTHER_MACHINE, of(40, 131, "nas:/other"))).isPresent();
    assertThat(shared.obstacle(Place.ANOTHER_MACHINE, of(40, 131, ""))).isPresent();
  }

  @Test
  void aFileThatIsNotThereIsNamed() throws IOException {
    Path missing = directory.resolve("missing.raw");
    ImageIdentity there = new ImageIdentity(missing, 1, 2, "");

    assertThat(there.obstacle(Place.SAME_MACHINE))
        .hasValueSatisfying(why -> assertThat(why).contains(missing.toString()));
    Files.createFile(missing);
    assertThat(there.obstacle(Place.SAME_MACHINE))
        .hasValueSatisfying(why -> assertThat(why).contains("another file here"));
  }

  private static ImageIdentity of(long device, long inode, String share) {
    return new ImageIdentity(FILE, device, inode, share);
  }
}
