/** Scores over time, as files that people and players read, and as pictures. Knows no model. */
@NullMarked
package convlstm4j.cli.picture;

import org.jspecify.annotations.NullMarked;
