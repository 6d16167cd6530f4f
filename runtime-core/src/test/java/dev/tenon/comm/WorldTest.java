package dev.tenon.comm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.comm.World.Launcher;
import dev.tenon.error.InvalidArgumentException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorldTest {
    private static final Map<String, String> TORCH = Map.of(
            "RANK",
            "3",
            "WORLD_SIZE",
            "4",
            "LOCAL_RANK",
            "1",
            "LOCAL_WORLD_SIZE",
            "2",
            "MASTER_ADDR",
            "node0",
            "MASTER_PORT",
            "29500");

    private static Map<String, String> with(Map<String, String> map, String name, String value) {
        Map<String, String> more = new HashMap<>(map);
        more.put(name, value);
        return more;
    }

    @Test
    void alone() {
        assertEquals(World.single(), World.of(Map.of()));
        assertTrue(World.single().isOneHost());
    }

    @Test
    void tenonRun() {
        World world = World.of(with(TORCH, "TENON_JOB", "run-1"));
        assertEquals(
                new World(3, 4, 1, 2, "run-1", Launcher.TENON, Optional.of(new Rendezvous("node0", 29_500))), world);
        assertFalse(world.isOneHost());
    }

    @Test
    void openMpi() {
        World world = World.of(Map.of(
                "OMPI_COMM_WORLD_RANK",
                "1",
                "OMPI_COMM_WORLD_SIZE",
                "2",
                "OMPI_COMM_WORLD_LOCAL_RANK",
                "1",
                "OMPI_COMM_WORLD_LOCAL_SIZE",
                "2",
                "PMIX_NAMESPACE",
                "77",
                "PMIX_RANK",
                "1"));
        assertEquals(new World(1, 2, 1, 2, "openmpi-77", Launcher.OPEN_MPI), world);
    }

    @Test
    void pmix() {
        World world = World.of(Map.of(
                "PMIX_RANK",
                "5",
                "PMIX_NAMESPACE",
                "slurm.9",
                "SLURM_NTASKS",
                "8",
                "SLURM_NNODES",
                "1",
                "SLURM_LOCALID",
                "5"));
        assertEquals(new World(5, 8, 5, 8, "pmix-slurm.9", Launcher.PMIX), world);
        assertThrows(InvalidArgumentException.class, () -> World.of(Map.of("PMIX_RANK", "0")));
    }

    @Test
    void mpich() {
        World world =
                World.of(Map.of("PMI_RANK", "2", "PMI_SIZE", "3", "MPI_LOCALRANKID", "2", "MPI_LOCALNRANKS", "3"));
        assertEquals(Launcher.PMI, world.launcher());
        assertTrue(world.isOneHost());
        assertEquals(0, World.of(Map.of("PMI_RANK", "2", "PMI_SIZE", "3")).localSize());
    }

    @Test
    void torchrun() {
        World world = World.of(TORCH);
        assertEquals(Launcher.TORCHRUN, world.launcher());
        assertEquals(3, world.rank());
        assertEquals(2, world.localSize());
        // Another port, another attempt: another job.
        assertNotEquals(
                world.job(), World.of(with(TORCH, "MASTER_PORT", "29501")).job());
        assertNotEquals(
                world.job(),
                World.of(with(TORCH, "TORCHELASTIC_RESTART_COUNT", "1")).job());
    }

    @Test
    void kubernetes() {
        World world = World.of(Map.of("JOB_COMPLETION_INDEX", "1", "WORLD_SIZE", "2", "MASTER_ADDR", "job-0.svc"));
        assertEquals(1, world.rank());
        assertEquals(Launcher.KUBERNETES, world.launcher());
        assertFalse(world.isOneHost());
        assertThrows(InvalidArgumentException.class, () -> World.of(Map.of("JOB_COMPLETION_INDEX", "1")));
    }

    @Test
    void placesToMeet() {
        assertEquals(
                Optional.of(new Rendezvous("node0", 29_500)), World.of(TORCH).rendezvous());
        // torchrun's own agent listens at the port that it names.
        assertEquals(
                Optional.of(new Rendezvous("node0", 29_501)),
                World.of(with(TORCH, "TORCHELASTIC_USE_AGENT_STORE", "True")).rendezvous());
        Map<String, String> job = Map.of("JOB_COMPLETION_INDEX", "1", "WORLD_SIZE", "2", "MASTER_ADDR", "job-0.svc");
        assertEquals(
                Optional.of(new Rendezvous("job-0.svc", 29_500)), World.of(job).rendezvous());
        assertEquals(Optional.empty(), World.single().rendezvous());
        assertEquals(
                Optional.empty(),
                World.of(Map.of("PMI_RANK", "2", "PMI_SIZE", "3")).rendezvous());
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "MASTER_PORT", "70000")));
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "MASTER_PORT", "here")));
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "RANK", "4")));
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "RANK", "-1")));
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "RANK", "one")));
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "LOCAL_RANK", "2")));
        assertThrows(InvalidArgumentException.class, () -> World.of(with(TORCH, "LOCAL_WORLD_SIZE", "5")));
        assertThrows(InvalidArgumentException.class, () -> World.of(Map.of("OMPI_COMM_WORLD_RANK", "0")));
        assertThrows(
                InvalidArgumentException.class, () -> CommunicatorOptions.DEFAULT.withTimeout(java.time.Duration.ZERO));
    }
}
