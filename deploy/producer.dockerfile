# The simulated viewers as an AWS Lambda function: docker build -f deploy/producer.dockerfile .
FROM public.ecr.aws/lambda/python:3.12
COPY deploy/requirements-producer.txt ${LAMBDA_TASK_ROOT}/
RUN pip install --no-cache-dir --require-hashes -r ${LAMBDA_TASK_ROOT}/requirements-producer.txt
COPY scripts/generator ${LAMBDA_TASK_ROOT}/scripts/generator
COPY scripts/live ${LAMBDA_TASK_ROOT}/scripts/live
COPY seeds/titles.csv ${LAMBDA_TASK_ROOT}/seeds/titles.csv
ENV PYTHONPATH=${LAMBDA_TASK_ROOT}/scripts
CMD ["live.handler.handler"]
