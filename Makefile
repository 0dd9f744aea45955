# Two commands: `make serve` sets up and starts the service, `make test` sets up and tests.
.PHONY: serve test train baselines setup setup-training clean help

BIN := .venv/bin

help:
	@echo "make serve   set up what scoring needs and start the service on 127.0.0.1:8000"
	@echo "make test    set up everything and run exactly what CI runs"
	@echo "make train   set up everything and train the default model into runs/default"
	@echo "make baselines   compare the default model with simpler ones"
	@echo "make setup-training   set up training and tests only"
	@echo "make clean   remove what was set up; runs/ stays"

serve: setup
	$(BIN)/bitaraf serve

test: setup-training
	bash tools/check.sh

train: setup-training
	$(BIN)/bitaraf train

baselines:
	@bash tools/setup.sh training baselines test
	$(BIN)/bitaraf evaluate --baselines

setup:
	@bash tools/setup.sh

setup-training:
	@bash tools/setup.sh training test

clean:
	rm -rf .venv build *.egg-info
