package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.BerthException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StartFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Could not set up host forwarding rule 'tcp::22-:22'      | HOST_FAILURE | port is taken",
        "Failed to get \"write\" lock; Is another process using it? | HOST_FAILURE | Another process",
        "Failed to get shared \"write\" lock | HOST_FAILURE | Another process",
        "cannot set up guest memory 'pc.ram': Cannot allocate     | HOST_FAILURE | lacks memory",
        "Could not access KVM kernel module: Permission denied    | UNSUPPORTED  | accelerator: tcg",
        "'virtio-x' is not a valid device model name              | UNSUPPORTED  | built without",
        "could not load kernel '/k': No such file or directory    | HOST_FAILURE | boot.kernel",
        "Image is not in qcow2 format                             | HOST_FAILURE | qemu-img check",
        "Could not open '/x': Permission denied                   | HOST_FAILURE | read and write",
        "error while loading shared libraries: libx.so            | HOST_FAILURE | reinstall",
        "something new                                            | HOST_FAILURE | QEMU's log"
      })
  void qemusWordsGetAClassAndARemedy(String words, String code, String remedy) {
    BerthException error = StartFailure.of("Cannot start domain 'a'", words, null);

    assertThat(error.code().name()).isEqualTo(code);
    assertThat(error)
        .hasMessageStartingWith("Cannot start domain 'a': " + words.replaceFirst("\\?$", ""))
        .hasMessageContaining(remedy);
  }
}
