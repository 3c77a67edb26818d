package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.berth.definition.Disk.Access;
import dev.berth.definition.Share;
import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import dev.berth.error.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps shares from being served, and which virtiofsd is found. */
final class ShareChecksTest {
  private static final List<String> ROOT = List.of("Uid:\t0\t0\t0\t0", "CapEff:\t000001ffffffffff");
  private static final List<String> SOMEBODY =
      List.of("Uid:\t1000\t1000\t1000\t1000", "CapEff:\t0000000000000000");
  private static final List<String> CONFINED_ROOT =
      List.of("Uid:\t0\t0\t0\t0", "CapEff:\t00000000a80425fb");

  private static final String IN_C =
      "echo 'virtiofsd version 7.2.22 (Debian 1:7.2)'; echo 'using FUSE kernel interface version 7.36'";
  private static final String IN_RUST = "echo 'virtiofsd 1.13.2'; echo '--readonly'";

  @TempDir Path directory;

  @Test
  void sourcesThatAreNoDirectoriesAreProblemsOfTheirShares() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    install("50-virtiofsd", IN_C);

    assertThat(
            problems(
                ROOT,
                ShareCases.share("fine", directory),
                ShareCases.share("file", file),
                ShareCases.share("gone", directory.resolve("gone"))))
        .extracting(Problem::path, Problem::message)
        .containsExactly(
            tuple("shares[1].source", file + " is not a directory: name one"),
            tuple(
                "shares[2].source",
                directory.resolve("gone")
                    + " does not exist: correct the path, or make the directory"));
  }

  @Test
  void aHostWithoutVirtiofsdIsToldWhatToInstall() throws Exception {
    Files.writeString(
        directory.resolve("a.json"), "{\"type\": \"fs\", \"binary\": \"/no/virtiofsd\"}");
    Files.writeString(directory.resolve("b.json"), "no JSON");

    assertThat(problems(ROOT, ShareCases.share("data", directory)))
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("no virtiofsd", directory.toString(), "qemu-system-common");
    assertThat(problems(ROOT)).isEmpty();
  }

  @Test
  void theOneInCNeedsRootAndCannotKeepAGuestFromWriting() throws Exception {
    install("50-virtiofsd", IN_C);
    Share readOnly = new Share("data", directory, "data", Access.READ_ONLY);

    assertThat(problems(SOMEBODY, readOnly))
        .extracting(Problem::path, Problem::message)
        .containsExactly(
            tuple(
                "shares",
                "virtiofsd version 7.2.22 works as root only, and this host does not run as root:"
                    + " run it as root, or install the virtiofsd written in Rust"),
            tuple(
                "shares[0].read-only",
                "virtiofsd version 7.2.22 cannot keep a guest from writing: install a virtiofsd with"
                    + " --readonly, or share a directory that is mounted read-only"));
  }

  @Test
  void theOneInRustServesAnybodyAndKeepsAGuestFromWriting() throws Exception {
    install("40-rust", IN_RUST);
    install("50-virtiofsd", IN_C);
    Share readOnly = new Share("data", directory, "data", Access.READ_ONLY);

    assertThat(problems(SOMEBODY, readOnly)).isEmpty();
    Virtiofsd found = finder().find().orElseThrow();
    assertThat(found.version()).isEqualTo("virtiofsd 1.13.2");
    assertThat(found.command(readOnly, Path.of("/run/share-data"), "namespace"))
        .containsExactly(
            directory.resolve("40-rust").toString(),
            "--socket-path=/run/share-data",
            "--shared-dir=" + directory,
            "--sandbox=namespace",
            "--readonly");
  }

  @Test
  void theDoctorTellsWhetherThereIsOne() throws Exception {
    assertThat(ShareFindings.examine(finder()).verdict()).isEqualTo(Verdict.NOTE);

    install("50-virtiofsd", IN_C);

    assertThat(ShareFindings.examine(finder()))
        .isEqualTo(Finding.ok("virtiofsd", "is there: " + directory.resolve("50-virtiofsd")));
  }

  @Test
  void aServerIsShutInByNamespacesWhereItMayMakeThem() {
    assertThat(ShareChecks.sandbox(ROOT)).isEqualTo("namespace");
    assertThat(ShareChecks.sandbox(SOMEBODY)).isEqualTo("namespace");
    assertThat(ShareChecks.sandbox(CONFINED_ROOT)).isEqualTo("chroot");
  }

  private List<Problem> problems(List<String> status, Share... shares) throws Exception {
    List<Problem> problems = new ArrayList<>();
    Optional<Virtiofsd> found = ShareChecks.check(List.of(shares), finder(), status, problems);
    assertThat(found.isPresent() || shares.length == 0 || !problems.isEmpty()).isTrue();
    return problems;
  }

  private VirtiofsdFinder finder() {
    return new VirtiofsdFinder(List.of(directory.resolve("none"), directory));
  }

  private void install(String name, String script) throws Exception {
    Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(
        directory.resolve(name + ".json"), "{\"type\": \"fs\", \"binary\": \"" + program + "\"}");
  }
}
