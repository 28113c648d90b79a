package convlstm4j.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many blocks sum an array up. */
class GroupsTest {
  private static final long PIXELS = 400 * 400;

  /** The gradient of a map that is multiplied with all channels: once a block of each pixel. */
  @Test
  void groupsOfFewMembersShareABlock() {
    assertEquals(PIXELS / Device.BLOCK, new Groups(Shape.of(PIXELS, 20), List.of(0)).work());
    assertEquals(1, new Groups(Shape.of(3, 7, 5), List.of(0, 1)).work());
  }

  @Test
  void groupsOfManyMembersHaveABlockEach() {
    assertEquals(PIXELS, new Groups(Shape.of(PIXELS, 64), List.of(0)).work());
  }

  @Test
  void neighboursInMemoryShareABlockHoweverManyMembersTheyHave() {
    assertEquals(1, new Groups(Shape.of(7, 64), List.of(1)).work());
  }
}
