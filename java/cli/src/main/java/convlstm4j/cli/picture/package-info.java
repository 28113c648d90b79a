/** Scores over time, as files that people and players read, and as pictures. Knows no model. */
package convlstm4j.cli.picture;
