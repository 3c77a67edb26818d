package dev.berth.machine;

import dev.berth.domain.StateChannels;

/**
 * A machine of another host that is to come here.
 *
 * @param source the record of that one
 * @param cpu what its guest's CPU is
 * @param channels over how many connections its state comes
 */
public record ArrivingMachine(LaunchRecord source, GuestCpu cpu, StateChannels channels) {}
