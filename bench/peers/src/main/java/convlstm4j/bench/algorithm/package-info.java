/** Which of two algorithms is faster: the table that the choice of a plan is checked against. */
package convlstm4j.bench.algorithm;
