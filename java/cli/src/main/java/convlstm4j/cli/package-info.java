/** The command line; start at {@link convlstm4j.cli.Main}. */
package convlstm4j.cli;
