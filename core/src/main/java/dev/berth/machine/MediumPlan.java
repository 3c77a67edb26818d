package dev.berth.machine;

import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a medium gets into the drive of a machine that runs.
 *
 * @param drive the drive as it is with the medium
 * @param steps what is done, in this order
 */
public record MediumPlan(DeviceRecord drive, List<AssemblyStep> steps) {
  /** Opens the drive; what is in there stays until it is taken out. */
  public static final String OPEN = "blockdev-open-tray";

  /** Puts a node into an open drive. */
  public static final String INSERT = "blockdev-insert-medium";

  /** Closes the drive; now the guest sees what is in it. */
  public static final String CLOSE = "blockdev-close-tray";

  private static final Set<String> TRAY = Set.of(OPEN, INSERT, CLOSE);

  /** Copies the list. */
  public MediumPlan {
    steps = List.copyOf(steps);
  }

  /** Whether the step opens a drive, closes it or puts something into it. */
  public static boolean isStep(Execute step) {
    return TRAY.contains(step.command());
  }

  /** The plan that a record has which has nothing else. */
  public static MediumPlan in(LaunchRecord planned) {
    return new MediumPlan(planned.devices().get(0), planned.assembly());
  }

  /** A record that has nothing but the plan, to store it. */
  public LaunchRecord alone(LaunchRecord launch) {
    return launch.with(steps, List.of(drive));
  }

  /** The name of the node that the guest reads. */
  public String node() {
    return drive.nodes().get(0);
  }

  /** The step that limits how fast it is read, where the drive has limits. */
  public Optional<Execute> limits() {
    return steps.stream()
        .filter(Execute.class::isInstance)
        .map(Execute.class::cast)
        .filter(step -> step.command().equals(DiskThrottle.COMMAND))
        .findFirst();
  }

  /** What is made for the medium, in the order in which it can be freed. */
  public List<Backend> backends() {
    return DriveMedium.backends(steps, drive);
  }

  /** The record of a machine whose drive has got the medium. */
  public LaunchRecord onto(LaunchRecord launch) {
    List<AssemblyStep> all = new ArrayList<>(launch.assembly());
    all.removeIf(this::isSetAnew);
    all.addAll(steps);
    return launch.with(all, DriveMedium.replaced(launch.devices(), drive));
  }

  private boolean isSetAnew(AssemblyStep step) {
    return step instanceof Execute execute
        && DeviceSetting.isOf(step, drive.id())
        && steps.stream()
            .anyMatch(
                it ->
                    it instanceof Execute anew
                        && anew.command().equals(execute.command())
                        && DeviceSetting.isOf(it, drive.id()));
  }
}
