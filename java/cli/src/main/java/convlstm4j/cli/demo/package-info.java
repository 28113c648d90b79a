/** The demo: videos made of handwritten digits, and what memory is worth on them. */
package convlstm4j.cli.demo;
