"""The command line: stages over run directories. stdout is data, stderr is talk."""
